// The least that each way of counting costs: it parses only the state byte and prints only the median CPU time of a pass.
//
//   floor rare|full|listen|proc|tick PASSES PAUSE_MS      in this process
//   floor run PASSES PAUSE_MS COMMAND...                  user and system time of a command, without its output
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ALL_STATES = 0xfff, RARE_STATES = 0xfbd, LISTEN_STATE = 1 << 10, STATES = 16, MAX_PASSES = 100000 };

static char buffer[64 * 1024] __attribute__((aligned(8)));
static long rows[STATES], bytes_read;

__attribute__((noreturn)) static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int netlink(int protocol)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (fd < 0)
		die("netlink");
	return fd;
}

static void dump(int fd, const void *request, size_t length, int count_states)
{
	if (send(fd, request, length, 0) < 0)
		die("send");
	for (;;) {
		ssize_t received = recv(fd, buffer, 32 * 1024, 0);
		if (received < 0)
			die("recv");
		bytes_read += received;
		int left = (int)received;
		for (struct nlmsghdr *message = (struct nlmsghdr *)buffer; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
			if (message->nlmsg_type == NLMSG_DONE)
				return;
			if (message->nlmsg_type == NLMSG_ERROR) {
				errno = -((struct nlmsgerr *)NLMSG_DATA(message))->error;
				die("dump");
			}
			if (count_states)
				rows[((struct inet_diag_msg *)NLMSG_DATA(message))->idiag_state % STATES]++;
		}
	}
}

static void walk(int fd, uint32_t states, uint8_t extensions)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req request;
	} request = {
		.header = {.nlmsg_len = sizeof request, .nlmsg_type = TCPDIAG_GETSOCK, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.request = {.idiag_ext = extensions, .idiag_states = states},
	};
	dump(fd, &request, sizeof request, 1);
}

static void read_proc(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;)
		bytes_read += n;
	close(fd);
}

// Every read of the agent's tick, on a host that loses nothing, has no NFQUEUE and has nothing to walk.
static const char *const files[] = {
	"/proc/net/snmp", "/proc/net/sockstat", "/proc/net/sockstat6", "/proc/net/netstat", "/proc/net/snmp6", "/proc/net/softnet_stat",
	"/proc/net/stat/nf_conntrack", "/proc/sys/net/netfilter/nf_conntrack_count", "/proc/net/stat/arp_cache", "/proc/net/stat/ndisc_cache",
	"/proc/net/rt6_stats"};
enum { FILES = sizeof files / sizeof *files };

static void tick(const int *fds, int route, int diag)
{
	for (int i = 0; i < FILES; i++) {
		if (fds[i] < 0)
			continue;
		ssize_t n = pread(fds[i], buffer, strncmp(files[i], "/proc/sys", 9) ? 16 * 1024 : 64, 0);
		bytes_read += n > 0 ? n : 0;
	}
	struct {
		struct nlmsghdr header;
		struct if_stats_msg request;
	} devices = {
		.header = {.nlmsg_len = sizeof devices, .nlmsg_type = RTM_GETSTATS, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.request = {.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64)},
	};
	dump(route, &devices, sizeof devices, 0);
	struct {
		struct nlmsghdr header;
		struct tcmsg request;
	} qdiscs = {.header = {.nlmsg_len = sizeof qdiscs, .nlmsg_type = RTM_GETQDISC, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};
	dump(route, &qdiscs, sizeof qdiscs, 0);
	walk(diag, LISTEN_STATE, 1 << (INET_DIAG_SKMEMINFO - 1));
}

extern char **environ;

static double run(char **command, long *peak)
{
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	pid_t pid;
	int status;
	struct rusage usage;
	errno = posix_spawnp(&pid, *command, &actions, NULL, command, environ);
	if (errno || wait4(pid, &status, 0, &usage) < 0 || status != 0)
		die(*command);
	posix_spawn_file_actions_destroy(&actions);
	*peak = usage.ru_maxrss > *peak ? usage.ru_maxrss : *peak;
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

static double cpu_ms(void)
{
	struct timespec time;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static int ascending(const void *a, const void *b)
{
	return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

int main(int argc, char **argv)
{
	static double spent[MAX_PASSES];
	if (argc < 4) {
		fprintf(stderr, "usage: floor rare|full|listen|proc|tick|run PASSES PAUSE_MS [COMMAND...]\n");
		return 2;
	}
	const char *mode = argv[1];
	int passes = atoi(argv[2]), pause = atoi(argv[3]);
	if (passes < 1 || passes > MAX_PASSES || (!strcmp(mode, "run") && argc < 5))
		return 2;
	int diag = netlink(NETLINK_SOCK_DIAG), route = netlink(NETLINK_ROUTE), fds[FILES];
	for (int i = 0; i < FILES; i++)
		fds[i] = open(files[i], O_RDONLY | O_CLOEXEC);
	long peak = 0;

	// The first pass warms caches and grows the kernel's buffers of kept-open files.
	for (int pass = -1; pass < passes; pass++) {
		if (pause > 0)
			nanosleep(&(struct timespec){pause / 1000, pause % 1000 * 1000000L}, NULL);
		memset(rows, 0, sizeof rows);
		bytes_read = 0;
		double start = cpu_ms(), other = -1;
		if (!strcmp(mode, "rare"))
			walk(diag, RARE_STATES, 0);
		else if (!strcmp(mode, "full"))
			walk(diag, ALL_STATES, 0);
		else if (!strcmp(mode, "listen"))
			walk(diag, LISTEN_STATE, 1 << (INET_DIAG_SKMEMINFO - 1));
		else if (!strcmp(mode, "proc"))
			read_proc("/proc/net/tcp"), read_proc("/proc/net/tcp6");
		else if (!strcmp(mode, "tick"))
			tick(fds, route, diag);
		else if (!strcmp(mode, "run"))
			other = run(argv + 4, &peak);
		else
			return 2;
		if (pass >= 0)
			spent[pass] = other >= 0 ? other : cpu_ms() - start;
	}
	qsort(spent, (size_t)passes, sizeof *spent, ascending);
	printf("ms=%.4f passes=%d bytes=%ld peak_kib=%ld", spent[passes / 2], passes, bytes_read, peak);
	for (int i = 0; i < STATES; i++)
		if (rows[i])
			printf(" state_%d=%ld", i, rows[i]);
	printf("\n");
	return 0;
}
