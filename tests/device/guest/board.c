/* /proc/device-tree/model, as a board has it whose pace an emulated guest keeps: the
   daemon spends on Opus what the board of that name can spare. */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

static struct proc_dir_entry *tree;

static int model(struct seq_file *file, void *unused)
{
	seq_puts(file, "Raspberry Pi Zero 2 W Rev 1.0");
	seq_putc(file, '\0');
	return 0;
}

static int __init appear(void)
{
	tree = proc_mkdir("device-tree", NULL);
	if (!tree || !proc_create_single("model", 0444, tree, model))
		return -ENOMEM;
	return 0;
}

static void __exit vanish(void)
{
	proc_remove(tree);
}

module_init(appear);
module_exit(vanish);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("The name of a board, for a guest that is as slow as one");
