/* An ALSA PCM that, like many a card, has one rate, one format and one number of
 * channels, and converts nothing: in asound.conf
 *
 *   pcm.NAME { type choosy slave PCM rate 44100 channels 2 format S32_LE period 1024 }
 *
 * ALSA's own plug-ins convert, but none refuses. `period` (samples) is optional: the
 * only period that it grants. */

#include <errno.h>
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>

typedef struct {
	snd_pcm_ioplug_t io;
	snd_pcm_t *slave;
	snd_pcm_uframes_t passed;
} choosy_t;

static int is_playback(choosy_t *card)
{
	return card->io.stream == SND_PCM_STREAM_PLAYBACK;
}

static int choosy_hw_params(snd_pcm_ioplug_t *io, snd_pcm_hw_params_t *params)
{
	choosy_t *card = io->private_data;
	snd_pcm_uframes_t period = io->period_size, buffer = io->buffer_size;
	snd_pcm_hw_params_t *wanted;
	(void)params;
	snd_pcm_hw_params_alloca(&wanted);
	snd_pcm_hw_params_any(card->slave, wanted);
	snd_pcm_hw_params_set_access(card->slave, wanted, io->access);
	snd_pcm_hw_params_set_format(card->slave, wanted, io->format);
	snd_pcm_hw_params_set_channels(card->slave, wanted, io->channels);
	snd_pcm_hw_params_set_rate(card->slave, wanted, io->rate, 0);
	snd_pcm_hw_params_set_period_size(card->slave, wanted, period, 0);
	snd_pcm_hw_params_set_buffer_size(card->slave, wanted, buffer);
	return snd_pcm_hw_params(card->slave, wanted);
}

static int choosy_prepare(snd_pcm_ioplug_t *io)
{
	choosy_t *card = io->private_data;
	card->passed = 0;
	return snd_pcm_prepare(card->slave);
}

static int choosy_start(snd_pcm_ioplug_t *io)
{
	choosy_t *card = io->private_data;
	/* A slave that plays has started with what was written. */
	return is_playback(card) ? 0 : snd_pcm_start(card->slave);
}

static int choosy_stop(snd_pcm_ioplug_t *io)
{
	choosy_t *card = io->private_data;
	return snd_pcm_drop(card->slave);
}

static snd_pcm_sframes_t choosy_pointer(snd_pcm_ioplug_t *io)
{
	choosy_t *card = io->private_data;
	snd_pcm_sframes_t avail = snd_pcm_avail_update(card->slave);
	if (avail < 0)
		return avail;
	/* Both wrap round: what is free to write was played, what can be read heard. */
	return (card->passed + avail) % io->buffer_size;
}

static snd_pcm_sframes_t choosy_transfer(snd_pcm_ioplug_t *io,
					 const snd_pcm_channel_area_t *areas,
					 snd_pcm_uframes_t offset, snd_pcm_uframes_t size)
{
	choosy_t *card = io->private_data;
	char *sound = (char *)areas->addr + (areas->first + areas->step * offset) / 8;
	snd_pcm_sframes_t passed = is_playback(card)
		? snd_pcm_writei(card->slave, sound, size)
		: snd_pcm_readi(card->slave, sound, size);
	if (passed > 0)
		card->passed += passed;
	return passed;
}

static int choosy_poll_count(snd_pcm_ioplug_t *io)
{
	return snd_pcm_poll_descriptors_count(((choosy_t *)io->private_data)->slave);
}

static int choosy_poll(snd_pcm_ioplug_t *io, struct pollfd *fds, unsigned int space)
{
	return snd_pcm_poll_descriptors(((choosy_t *)io->private_data)->slave, fds, space);
}

static int choosy_poll_revents(snd_pcm_ioplug_t *io, struct pollfd *fds,
			       unsigned int count, unsigned short *revents)
{
	choosy_t *card = io->private_data;
	return snd_pcm_poll_descriptors_revents(card->slave, fds, count, revents);
}

static int choosy_close(snd_pcm_ioplug_t *io)
{
	choosy_t *card = io->private_data;
	int result = snd_pcm_close(card->slave);
	free(card);
	return result;
}

static const snd_pcm_ioplug_callback_t callbacks = {
	.hw_params = choosy_hw_params,
	.prepare = choosy_prepare,
	.start = choosy_start,
	.stop = choosy_stop,
	.pointer = choosy_pointer,
	.transfer = choosy_transfer,
	.poll_descriptors_count = choosy_poll_count,
	.poll_descriptors = choosy_poll,
	.poll_revents = choosy_poll_revents,
	.close = choosy_close,
};

static int choosy_constrain(choosy_t *card, unsigned int format, long channels,
			    long rate, long period_bytes)
{
	snd_pcm_ioplug_t *io = &card->io;
	unsigned int access = SND_PCM_ACCESS_RW_INTERLEAVED;
	int error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 1, &access);
	error |= snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, 1, &format);
	error |= snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, channels,
						 channels);
	error |= snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_RATE, rate, rate);
	if (period_bytes)
		error |= snd_pcm_ioplug_set_param_minmax(
			io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, period_bytes, period_bytes);
	return error ? -EINVAL : 0;
}

SND_PCM_PLUGIN_DEFINE_FUNC(choosy)
{
	const char *slave = NULL, *format_name = "S16_LE";
	long rate = 48000, channels = 1, period = 0;
	snd_config_iterator_t at, next;
	snd_config_for_each(at, next, conf) {
		snd_config_t *entry = snd_config_iterator_entry(at);
		const char *key;
		if (snd_config_get_id(entry, &key) < 0)
			continue;
		if (!strcmp(key, "slave"))
			snd_config_get_string(entry, &slave);
		else if (!strcmp(key, "format"))
			snd_config_get_string(entry, &format_name);
		else if (!strcmp(key, "rate"))
			snd_config_get_integer(entry, &rate);
		else if (!strcmp(key, "channels"))
			snd_config_get_integer(entry, &channels);
		else if (!strcmp(key, "period"))
			snd_config_get_integer(entry, &period);
	}
	snd_pcm_format_t format = snd_pcm_format_value(format_name);
	choosy_t *card = calloc(1, sizeof(*card));
	if (!card)
		return -ENOMEM;
	int error = snd_pcm_open_lconf(&card->slave, slave, stream, mode, root);
	if (error < 0) {
		free(card);
		return error;
	}
	card->io.version = SND_PCM_IOPLUG_VERSION;
	card->io.name = "a card that converts nothing";
	card->io.poll_fd = -1;
	card->io.poll_events = stream == SND_PCM_STREAM_PLAYBACK ? POLLOUT : POLLIN;
	card->io.callback = &callbacks;
	card->io.private_data = card;
	error = snd_pcm_ioplug_create(&card->io, name, stream, mode);
	if (error < 0) {
		snd_pcm_close(card->slave);
		free(card);
		return error;
	}
	long frame_bytes = snd_pcm_format_physical_width(format) / 8 * channels;
	error = choosy_constrain(card, format, channels, rate, period * frame_bytes);
	if (error < 0)
		snd_pcm_ioplug_delete(&card->io);
	else
		*pcmp = card->io.pcm;
	return error;
}

SND_PCM_PLUGIN_SYMBOL(choosy);
