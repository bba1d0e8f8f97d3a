/* measure OUTPUT COMMAND...: runs a command and writes to OUTPUT one line: wall seconds, CPU seconds, peak resident KiB, exit status
 * (128 + number of the signal, if one killed it).
 *
 * Why not from Python: Linux counts into ru_maxrss of a process what was resident before exec, which is then
 * the parent's; a parent of 10 MB would hide every smaller child. This one is a fraction of a MB.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t) { return (double)t.tv_sec + 1e-6 * (double)t.tv_usec; }

int main(int argc, char** argv) {
    struct timespec begin, end;
    struct rusage used;
    int status;
    FILE* out;
    pid_t child;
    if (argc < 3) return 2;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    child = fork();
    if (child < 0) return 2;
    if (child == 0) {
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    while (wait4(child, &status, 0, &used) < 0)
        ;
    clock_gettime(CLOCK_MONOTONIC, &end);
    out = fopen(argv[1], "w");
    if (!out) return 2;
    fprintf(out, "%.6f %.6f %ld %d\n", (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec),
            seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss,
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return fclose(out) != 0;
}
