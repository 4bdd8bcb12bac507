/* An ALSA mixer with the controls of a card that is not here: in asound.conf
 *
 *   ctl.NAME { type recorded elements { "Capture Volume" "63:0" ... } }
 *
 * gives each control, as its driver names it, the highest value and the one that it
 * begins with; one whose highest value is 1 is a switch. Its values last as long as the
 * process. */

#include <errno.h>
#include <alsa/asoundlib.h>
#include <alsa/control_external.h>

#define MOST_CARDS 8
#define MOST 64

typedef struct {
	char name[64];
	long highest, value;
} element_t;

typedef struct {
	char name[64];
	element_t elements[MOST];
	int count;
} card_t;

static card_t cards[MOST_CARDS];

static element_t *element(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key)
{
	return &((card_t *)ext->private_data)->elements[key];
}

static int recorded_count(snd_ctl_ext_t *ext)
{
	return ((card_t *)ext->private_data)->count;
}

static int recorded_list(snd_ctl_ext_t *ext, unsigned int offset,
			 snd_ctl_elem_id_t *id)
{
	snd_ctl_elem_id_set_interface(id, SND_CTL_ELEM_IFACE_MIXER);
	snd_ctl_elem_id_set_name(id, element(ext, offset)->name);
	return 0;
}

static snd_ctl_ext_key_t recorded_find(snd_ctl_ext_t *ext, const snd_ctl_elem_id_t *id)
{
	for (int n = 0; n < recorded_count(ext); n++)
		if (!strcmp(element(ext, n)->name, snd_ctl_elem_id_get_name(id)))
			return n;
	return SND_CTL_EXT_KEY_NOT_FOUND;
}

static int recorded_attribute(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, int *type,
			      unsigned int *access, unsigned int *values)
{
	*type = element(ext, key)->highest == 1 ? SND_CTL_ELEM_TYPE_BOOLEAN
					   : SND_CTL_ELEM_TYPE_INTEGER;
	*access = SND_CTL_EXT_ACCESS_READWRITE;
	*values = 1;
	return 0;
}

static int recorded_info(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *lowest,
			 long *highest, long *step)
{
	*lowest = 0;
	*highest = element(ext, key)->highest;
	*step = 0;
	return 0;
}

static int recorded_read(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value)
{
	*value = element(ext, key)->value;
	return 0;
}

static int recorded_write(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value)
{
	element(ext, key)->value = *value;
	return 1;
}

static int recorded_event(snd_ctl_ext_t *ext, snd_ctl_elem_id_t *id, unsigned int *mask)
{
	(void)ext;
	(void)id;
	(void)mask;
	return -EAGAIN;
}

static const snd_ctl_ext_callback_t callbacks = {
	.elem_count = recorded_count,
	.elem_list = recorded_list,
	.find_elem = recorded_find,
	.get_attribute = recorded_attribute,
	.get_integer_info = recorded_info,
	.read_integer = recorded_read,
	.write_integer = recorded_write,
	.read_event = recorded_event,
};

static card_t *card_called(const char *name)
{
	for (int n = 0; n < MOST_CARDS; n++) {
		if (!cards[n].name[0])
			snprintf(cards[n].name, sizeof(cards[n].name), "%s", name);
		if (!strcmp(cards[n].name, name))
			return &cards[n];
	}
	return NULL;
}

static int read_elements(card_t *card, snd_config_t *conf)
{
	snd_config_iterator_t at, next;
	snd_config_t *listed;
	if (snd_config_search(conf, "elements", &listed) < 0)
		return -EINVAL;
	snd_config_for_each(at, next, listed) {
		snd_config_t *entry = snd_config_iterator_entry(at);
		element_t *added = &card->elements[card->count];
		const char *name, *range;
		if (card->count == MOST || snd_config_get_id(entry, &name) < 0 ||
		    snd_config_get_string(entry, &range) < 0 ||
		    sscanf(range, "%ld:%ld", &added->highest, &added->value) != 2)
			return -EINVAL;
		snprintf(added->name, sizeof(added->name), "%s", name);
		card->count++;
	}
	return 0;
}

SND_CTL_PLUGIN_DEFINE_FUNC(recorded)
{
	card_t *card = card_called(name);
	(void)root;
	if (!card || (!card->count && read_elements(card, conf) < 0))
		return -EINVAL;
	snd_ctl_ext_t *ext = calloc(1, sizeof(*ext));
	if (!ext)
		return -ENOMEM;
	ext->version = SND_CTL_EXT_VERSION;
	strcpy(ext->id, "recorded");
	strcpy(ext->driver, "recorded");
	strcpy(ext->name, "a card that is not here");
	ext->poll_fd = -1;
	ext->callback = &callbacks;
	ext->private_data = card;
	int error = snd_ctl_ext_create(ext, name, mode);
	if (error < 0)
		free(ext);
	else
		*handlep = ext->handle;
	return error;
}

SND_CTL_PLUGIN_SYMBOL(recorded);
