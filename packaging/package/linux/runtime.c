/* The beginning of the AppImage: shows the file system behind it as a folder, and starts what lies in there.
 *
 * By FUSE where the user may mount; else it unpacks to a private folder that goes with the program. Statically linked with
 * Debian's squashfuse and libfuse3, so that it needs nothing of the system. */
#define _GNU_SOURCE
#define FUSE_USE_VERSION 32
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <squashfuse/ll.h>
#include <squashfuse/traverse.h>
#include <squashfuse/util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define UNPACKED ".weighin-unpacked-"
#define CANNOT "Weigh-In cannot start: "

static char image[PATH_MAX];
static char folder[PATH_MAX]; /* where the contents lie */

static int give_up(const char *sentence) {
    fprintf(stderr, CANNOT "%s\n", sentence);
    return 1;
}

/* Where this program ends and its contents begin. */
static size_t offset(void) {
    Elf64_Ehdr head;
    int file = open(image, O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? -1 : pread(file, &head, sizeof head, 0);
    close(file);
    return got == sizeof head ? head.e_shoff + (size_t)head.e_shentsize * head.e_shnum : 0;
}

/* The contents are compressed with zstd. What squashfuse wants for others is refused, so that nothing else is linked. */
int lzma_stream_buffer_decode(void) { return -1; }
int LZ4_decompress_safe(void) { return -1; }
int lzo1x_decompress_safe(void) { return -1; }
int uncompress(void) { return -1; }

/* ---------------------------------------------------------------- mounted */

static const struct fuse_lowlevel_ops operations = {
    .getattr = sqfs_ll_op_getattr,   .opendir = sqfs_ll_op_opendir,     .releasedir = sqfs_ll_op_releasedir,
    .readdir = sqfs_ll_op_readdir,   .lookup = sqfs_ll_op_lookup,       .open = sqfs_ll_op_open,
    .release = sqfs_ll_op_release,   .read = sqfs_ll_op_read,           .readlink = sqfs_ll_op_readlink,
    .getxattr = sqfs_ll_op_getxattr, .listxattr = sqfs_ll_op_listxattr, .forget = sqfs_ll_op_forget,
    .statfs = stfs_ll_op_statfs,
};

static int alive; /* the reading end of a pipe that every process of the program holds open */
static pthread_t server;

static void *watch(void *nothing) {
    char byte;
    while (read(alive, &byte, 1) < 0 && errno == EINTR)
        ;
    pthread_kill(server, SIGTERM); /* the last one is gone */
    return nothing;
}

/* Serve the contents until the program is gone. Writes to `ready` when they can be read. */
static int serve(int ready) {
    sqfs_ll *contents = calloc(1, sizeof *contents);
    sqfs_ll_chan channel;
    struct fuse_args arguments = FUSE_ARGS_INIT(0, NULL);
    fuse_opt_add_arg(&arguments, "weighin");
    fuse_opt_add_arg(&arguments, "-oro,nosuid,nodev,fsname=Weigh-In,subtype=squashfuse");
    if (!contents || sqfs_open_image(&contents->fs, image, offset()) || sqfs_ll_init(contents) ||
        sqfs_ll_mount(&channel, folder, &arguments, (struct fuse_lowlevel_ops *)&operations, sizeof operations, contents))
        return 1;
    setsid(); /* Ctrl+C is for the program, which still reads its files then */
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    pthread_t watcher;
    server = pthread_self();
    if (fuse_set_signal_handlers(channel.session) || pthread_create(&watcher, NULL, watch, NULL))
        return 1;
    if (write(ready, "!", 1) == 1)
        fuse_session_loop(channel.session);
    close(ready);
    sqfs_ll_unmount(&channel, folder);
    rmdir(folder);
    return 0;
}

static int can_mount(void) {
    if (access("/dev/fuse", R_OK | W_OK))
        return 0;
    if (!geteuid())
        return 1;
    const char *path = getenv("PATH");
    char *places = strdup(path ? path : "/usr/bin:/bin"), *rest = places, *place, program[PATH_MAX];
    int found = 0;
    while (!found && (place = strsep(&rest, ":"))) {
        snprintf(program, sizeof program, "%s/fusermount3", place);
        found = !access(program, X_OK);
    }
    free(places);
    return found;
}

/* Whether the contents are mounted at `folder` now; they are as long as this process, or one it becomes, lives. */
static int mounted(void) {
    int ready[2], hold[2];
    char byte;
    snprintf(folder, sizeof folder, "%s/.mount-weighin-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    if (!can_mount() || !mkdtemp(folder) || pipe(ready) || pipe(hold))
        return 0;
    pid_t child = fork();
    if (!child) {
        close(ready[0]);
        close(hold[1]);
        alive = hold[0];
        int silent = open("/dev/null", O_WRONLY);
        dup2(silent, 2); /* what cannot be mounted is unpacked: nothing to complain about */
        dup2(silent, 1);
        if (fork()) /* its parent is going to be the program, which would wait for it */
            _exit(0);
        _exit(serve(ready[1]));
    }
    close(ready[1]);
    close(hold[0]);
    waitpid(child, NULL, 0);
    int done = child > 0 && read(ready[0], &byte, 1) == 1;
    close(ready[0]);
    if (!done)
        rmdir(folder);
    return done;
}

/* --------------------------------------------------------------- unpacked */

static int write_file(sqfs *contents, sqfs_inode *inode, const char *path) {
    static char buffer[1 << 20];
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, inode->base.mode & 0777), failed = file < 0;
    for (uint64_t done = 0; !failed && done < inode->xtra.reg.file_size;) {
        sqfs_off_t size = sizeof buffer;
        failed = sqfs_read_range(contents, inode, (sqfs_off_t)done, &size, buffer) || write(file, buffer, size) != size;
        done += (uint64_t)size;
    }
    return close(file) || failed;
}

static int write_entry(sqfs *contents, sqfs_dir_entry *entry, const char *path) {
    sqfs_inode inode;
    char target[PATH_MAX];
    size_t size = sizeof target;
    if (sqfs_inode_get(contents, &inode, sqfs_dentry_inode(entry)))
        return 1;
    if (S_ISDIR(inode.base.mode))
        return mkdir(path, 0755);
    if (S_ISLNK(inode.base.mode))
        return sqfs_readlink(contents, &inode, target, &size) || symlink(target, path);
    return write_file(contents, &inode, path);
}

/* Write the contents to `folder`, which is there. */
static int unpack(void) {
    sqfs contents;
    sqfs_traverse walk;
    sqfs_err error = SQFS_OK;
    int failed = 0;
    char path[PATH_MAX * 2];
    if (sqfs_open_image(&contents, image, offset()) || sqfs_traverse_open(&walk, &contents, sqfs_inode_root(&contents)))
        return 1;
    while (!failed && sqfs_traverse_next(&walk, &error)) {
        snprintf(path, sizeof path, "%s/%s", folder, walk.path);
        failed = !walk.dir_end && write_entry(&contents, &walk.entry, path);
    }
    sqfs_traverse_close(&walk);
    return failed || error;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *place) {
    (void)about, (void)kind, (void)place;
    return remove(path);
}

static void remove_tree(const char *path) {
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Remove what programs of this user left in `place` that were killed: what lives is locked. */
static void tidy(const char *place) {
    char path[PATH_MAX];
    struct stat about;
    DIR *list = opendir(place);
    for (struct dirent *each; list && (each = readdir(list));) {
        if (strncmp(each->d_name, UNPACKED, strlen(UNPACKED)))
            continue;
        snprintf(path, sizeof path, "%s/%s", place, each->d_name);
        int lock = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (lock >= 0 && !fstat(lock, &about) && about.st_uid == geteuid() && !flock(lock, LOCK_EX | LOCK_NB))
            remove_tree(path);
        close(lock);
    }
    if (list)
        closedir(list);
}

/* Unpack below one of the usual folders, a private one of this start. It is locked as long as the program lives. */
static int unpacked(void) {
    char cache[PATH_MAX];
    snprintf(cache, sizeof cache, "%s/.cache", getenv("HOME") ? getenv("HOME") : "/root");
    const char *places[] = {getenv("TMPDIR"), "/tmp", "/var/tmp", cache};
    for (int number = 0; number < 4; number++) {
        if (!places[number])
            continue;
        tidy(places[number]);
        snprintf(folder, sizeof folder, "%s/" UNPACKED "XXXXXX", places[number]);
        if (!mkdtemp(folder))
            continue;
        if (flock(open(folder, O_RDONLY | O_DIRECTORY), LOCK_SH) || unpack())
            remove_tree(folder);
        else
            return 1;
    }
    return 0;
}

/* ----------------------------------------------------------------- started */

static char *program(void) {
    static char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/AppRun", folder);
    return path;
}

static pid_t child;

static void pass_on(int number) {
    kill(child, number);
}

/* Run the program from the folder it was unpacked to, and remove that. */
static int run(char **arguments) {
    struct sigaction passing = {.sa_handler = pass_on};
    int status = 0;
    child = fork();
    if (!child) {
        execv(program(), arguments);
        _exit(126);
    }
    sigaction(SIGTERM, &passing, NULL);
    sigaction(SIGHUP, &passing, NULL);
    signal(SIGINT, SIG_IGN); /* a terminal sends it to the program too */
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    remove_tree(folder);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 126)
        return give_up("nothing may be run from the folder for temporary files. Set TMPDIR to another one.");
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int count, char **arguments) {
    const char *first = count > 1 ? arguments[1] : "";
    ssize_t length = readlink("/proc/self/exe", image, sizeof image - 1);
    if (length < 0)
        return give_up("/proc is not mounted.");
    image[length] = 0;
    setenv("APPIMAGE", image, 1);
    if (!strcmp(first, "--appimage-offset"))
        return printf("%zu\n", offset()) < 0;
    if (!strcmp(first, "--appimage-extract")) {
        strcpy(folder, "squashfs-root");
        if (mkdir(folder, 0755) || unpack()) {
            perror("squashfs-root");
            return 1;
        }
        return 0;
    }
    int unpacks = !strcmp(first, "--appimage-extract-and-run") || getenv("APPIMAGE_EXTRACT_AND_RUN");
    if (!strcmp(first, "--appimage-extract-and-run"))
        arguments++;
    if (!unpacks && mounted()) {
        setenv("APPDIR", folder, 1);
        execv(program(), arguments);
        return give_up(strerror(errno));
    }
    if (!unpacked())
        return give_up("it can be neither mounted (fuse3) nor unpacked: 250 MB of free space are needed. Free some, or set "
                       "TMPDIR to another folder.");
    setenv("APPDIR", folder, 1);
    return run(arguments);
}
