// Builds a population of TCP sockets in the network namespace it is started in, says READY, and holds it until stdin ends.
//
//   population --est N --est6 N --rare N --time-wait N --orphans N --listeners N --syn N --flood-from NETNS --flood-to ADDRESS
//
// All figures are sockets, not connections. Everything is over loopback but SYN_RECV, which needs SYNs from addresses that never
// answer: those come from a second namespace. Meant for a namespace of its own, whose settings it changes; loopback must be up.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

enum { PER_WORKER = 9800, PER_SOURCE = 500, MAX_WORKERS = 1000, FLOOD_PORT = 1001, KIB_PER_SOCKET = 4 };

static int stop_pipe[2], report_pipe[2], workers;

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *format, ...)
{
	int error = errno;
	va_list arguments;
	va_start(arguments, format);
	fprintf(stderr, "population: ");
	vfprintf(stderr, format, arguments);
	fprintf(stderr, error ? ": %s\n" : "\n", strerror(error));
	exit(1);
}

static void set(const char *name, long value)
{
	char path[128];
	snprintf(path, sizeof path, "/proc/sys/net/%s", name);
	FILE *file = fopen(path, "w");
	if (!file || fprintf(file, "%ld", value) < 0 || fclose(file))
		die("%s", path);
}

static void set_port_range(void)
{
	FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "w");
	if (!file || fprintf(file, "1024 65535") < 0 || fclose(file))
		die("ip_local_port_range");
}

static long available_kib(void)
{
	char line[256];
	long kib = 0;
	FILE *file = fopen("/proc/meminfo", "r");
	while (file && fgets(line, sizeof line, file))
		if (sscanf(line, "MemAvailable: %ld", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib;
}

static struct sockaddr_in loopback(uint32_t offset, int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	address.sin_addr.s_addr = htonl((127u << 24) + offset);
	return address;
}

static int new_socket(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	return fd;
}

// However the process ends, closing resets the connection and leaves neither TIME_WAIT nor an orphan.
static void reset_on_close(int fd)
{
	struct linger linger = {1, 0};
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

static void small_buffers(int fd)
{
	int size = 4096;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

static int listen_at(const void *address, socklen_t length, int backlog)
{
	int fd = new_socket(((const struct sockaddr *)address)->sa_family);
	if (bind(fd, address, length) || listen(fd, backlog))
		die("listen");
	return fd;
}

struct pair {
	int client, server;
};

static struct pair connect_pair(int listener, const struct sockaddr *to, socklen_t length, uint32_t source, int small)
{
	struct pair pair = {new_socket(to->sa_family), -1};
	int on = 1;
	if (small)
		small_buffers(pair.client);
	if (to->sa_family == AF_INET) {
		struct sockaddr_in from = loopback(source, 0);
		setsockopt(pair.client, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
		if (bind(pair.client, (struct sockaddr *)&from, sizeof from))
			die("bind");
	}
	if (connect(pair.client, to, length))
		die("connect");
	pair.server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (pair.server < 0)
		die("accept");
	return pair;
}

// Sends until the kernel takes no more: the peer's window is closed and stays closed, because nobody reads.
static void fill(int fd)
{
	char bytes[4096] = {0};
	while (send(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
		;
}

// A worker builds its share, reports, and keeps it until the parent closes the pipe or ends.
__attribute__((noreturn)) static void hold(int worker)
{
	char byte;
	if (write(report_pipe[1], &worker, sizeof worker) != sizeof worker)
		die("report");
	while (read(stop_pipe[0], &byte, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

static int begin_worker(void)
{
	int worker = workers++;
	if (workers > MAX_WORKERS)
		die("too many workers");
	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid > 0)
		return -1;
	close(stop_pipe[1]);
	close(STDIN_FILENO);
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	return worker;
}

static void await(int count)
{
	int worker;
	while (count-- > 0) {
		struct pollfd poll_for = {report_pipe[0], POLLIN, 0};
		while (poll(&poll_for, 1, 200) == 0) {
			int status;
			if (waitpid(-1, &status, WNOHANG) > 0) {
				errno = 0;
				die("a worker failed");
			}
		}
		if (read(report_pipe[0], &worker, sizeof worker) != sizeof worker)
			die("report");
	}
}

// A port below 1024 for each worker, so that it is never an ephemeral one, and an address of its own for each 900.
static struct sockaddr_in listen_address(int worker)
{
	return loopback((uint32_t)(1 + worker / 900), 1 + worker % 900);
}

static int start_established(long connections, int family)
{
	int started = 0;
	for (long left = connections; left > 0; left -= PER_WORKER, started++) {
		int worker = begin_worker();
		if (worker < 0)
			continue;
		struct sockaddr_in v4 = listen_address(worker);
		struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = v4.sin_port, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
		const struct sockaddr *to = family == AF_INET ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;
		socklen_t length = family == AF_INET ? sizeof v4 : sizeof v6;
		int listener = listen_at(to, length, 128);
		for (long i = 0; i < left && i < PER_WORKER; i++) {
			uint32_t source = (1u << 20) + (uint32_t)worker * 256 + (uint32_t)(i / PER_SOURCE) + 1;
			struct pair pair = connect_pair(listener, to, length, source, 0);
			reset_on_close(pair.client);
			reset_on_close(pair.server);
		}
		hold(worker);
	}
	return started;
}

// Each of the other states, count times, in IPv4 and IPv6 alternately. None of them ends by itself while the peer does not read.
static int start_rare(long count)
{
	int worker = begin_worker();
	if (worker < 0)
		return 1;
	struct sockaddr_in v4 = listen_address(worker);
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = v4.sin_port, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int listeners[2] = {listen_at(&v4, sizeof v4, 128), listen_at(&v6, sizeof v6, 128)};
	small_buffers(listeners[0]);
	small_buffers(listeners[1]);
	for (long i = 0; i < count * 4; i++) {
		int six = (i / 4) & 1;
		const struct sockaddr *to = six ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
		struct pair pair = connect_pair(listeners[six], to, six ? sizeof v6 : sizeof v4, 1, 1);
		reset_on_close(pair.client);
		reset_on_close(pair.server);
		switch (i % 4) {
		case 0: // FIN_WAIT2 with a socket, and CLOSE_WAIT
			shutdown(pair.client, SHUT_WR);
			break;
		case 1: // FIN_WAIT1: the FIN waits behind data that the peer has no room for; the peer stays ESTABLISHED
			fill(pair.client);
			shutdown(pair.client, SHUT_WR);
			break;
		case 2: // LAST_ACK: closed by the peer first, its own FIN waits; the peer is in FIN_WAIT2
			fill(pair.server);
			shutdown(pair.client, SHUT_WR);
			usleep(1000);
			shutdown(pair.server, SHUT_WR);
			break;
		case 3: // CLOSING: the FIN waits, and the peer's has come; the peer is in FIN_WAIT2
			fill(pair.client);
			shutdown(pair.client, SHUT_WR);
			shutdown(pair.server, SHUT_WR);
			break;
		}
	}

	// SYN_SENT: a listener whose accept queue is full ignores further SYNs.
	struct sockaddr_in full = loopback(1 << 16, 1000);
	listen_at(&full, sizeof full, 0);
	for (long i = 0; i < count + 1; i++) {
		int fd = new_socket(AF_INET);
		reset_on_close(fd);
		fcntl(fd, F_SETFL, O_NONBLOCK);
		if (connect(fd, (struct sockaddr *)&full, sizeof full) && errno != EINPROGRESS)
			die("connect to a full queue");
	}
	usleep(100000);
	hold(worker);
}

// The side that closes first stays in TIME_WAIT for 60 s; while the other keeps its end open, it is an orphan in FIN_WAIT2.
static int start_closed(long connections, int orphans)
{
	int started = 0;
	for (long left = connections; left > 0; left -= orphans ? PER_WORKER : 4 * PER_WORKER, started++) {
		int worker = begin_worker();
		if (worker < 0)
			continue;
		struct sockaddr_in to = listen_address(worker);
		int listener = listen_at(&to, sizeof to, 128);
		for (long i = 0; i < left && i < (orphans ? PER_WORKER : 4 * PER_WORKER); i++) {
			uint32_t source = (1u << 20) + (uint32_t)worker * 256 + (uint32_t)(i / PER_SOURCE) + 1;
			struct pair pair = connect_pair(listener, (struct sockaddr *)&to, sizeof to, source, 0);
			close(pair.client);
			if (orphans)
				reset_on_close(pair.server);
			else
				close(pair.server);
		}
		hold(worker);
	}
	return started;
}

static int start_listeners(long count)
{
	int started = 0;
	for (long first = 0; first < count; first += PER_WORKER, started++) {
		int worker = begin_worker();
		if (worker < 0)
			continue;
		for (long i = first; i < count && i < first + PER_WORKER; i++) {
			struct sockaddr_in address = loopback((2u << 16) + (uint32_t)(i / 50000), (int)(2000 + i % 50000));
			listen_at(&address, sizeof address, 128);
		}
		hold(worker);
	}
	return started;
}

static uint32_t sum(const void *data, size_t length)
{
	const uint8_t *bytes = data;
	uint32_t total = 0;
	for (size_t i = 0; i + 1 < length; i += 2)
		total += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
	return total;
}

static uint16_t fold(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return htons((uint16_t)~total);
}

// From the other namespace: SYNs of 10.192.0.0/10, whose SYN-ACKs go back there and meet nobody.
static void flood(const char *from, struct in_addr to, long count)
{
	int ns = open(from, O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWNET))
		die("%s", from);
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (fd < 0)
		die("raw socket");
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = to};
	// Twice, and not too fast: a SYN that the receiver's backlog dropped is made up for, one that arrived changes nothing.
	for (long n = 0; n < count * 2; n++) {
		long i = n % count;
		struct {
			struct iphdr ip;
			struct tcphdr tcp;
		} packet = {0};
		packet.ip = (struct iphdr){.version = 4, .ihl = 5, .tot_len = htons(sizeof packet), .ttl = 64, .protocol = IPPROTO_TCP,
					   .saddr = htonl((10u << 24) + (192u << 16) + (uint32_t)(i % 100000)), .daddr = to.s_addr};
		packet.tcp.source = htons((uint16_t)(1024 + i / 100000 + i % 60000));
		packet.tcp.dest = htons(FLOOD_PORT);
		packet.tcp.seq = htonl((uint32_t)i * 2654435761u);
		packet.tcp.doff = 5;
		packet.tcp.syn = 1;
		packet.tcp.window = htons(64240);
		packet.tcp.check = fold(sum(&packet.ip.saddr, 8) + IPPROTO_TCP + sizeof packet.tcp + sum(&packet.tcp, sizeof packet.tcp));
		if (sendto(fd, &packet, sizeof packet, 0, (struct sockaddr *)&address, sizeof address) < 0 && errno != ENOBUFS)
			die("raw send");
		if (n % 256 == 255)
			usleep(1000);
	}
}

static int start_half_open(long count, const char *from, struct in_addr to)
{
	int worker = begin_worker();
	if (worker < 0)
		return 1;
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(FLOOD_PORT), .sin_addr = to};
	listen_at(&address, sizeof address, (int)count * 2 + 1024);
	pid_t sender = fork();
	if (sender == 0) {
		flood(from, to, count);
		_exit(0);
	}
	int status;
	if (sender < 0 || waitpid(sender, &status, 0) < 0 || status != 0)
		die("flood");
	usleep(200000);
	hold(worker);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"est", 1, 0, 'e'}, {"est6", 1, 0, '6'}, {"rare", 1, 0, 'r'}, {"time-wait", 1, 0, 't'}, {"orphans", 1, 0, 'o'},
		{"listeners", 1, 0, 'l'}, {"syn", 1, 0, 's'}, {"flood-from", 1, 0, 'f'}, {"flood-to", 1, 0, 'a'}, {0}};
	long est = 0, est6 = 0, rare = 0, time_wait = 0, orphans = 0, listeners = 0, syn = 0;
	const char *flood_from = NULL;
	struct in_addr flood_to = {0};
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (option) {
		case 'e': est = atol(optarg); break;
		case '6': est6 = atol(optarg); break;
		case 'r': rare = atol(optarg); break;
		case 't': time_wait = atol(optarg); break;
		case 'o': orphans = atol(optarg); break;
		case 'l': listeners = atol(optarg); break;
		case 's': syn = atol(optarg); break;
		case 'f': flood_from = optarg; break;
		case 'a': inet_pton(AF_INET, optarg, &flood_to); break;
		default: return 2;
		}
	}
	errno = 0;
	if (syn > 0 && (!flood_from || !flood_to.s_addr))
		die("--syn needs --flood-from and --flood-to");
	long total = est + est6 + rare * 9 + time_wait + orphans * 2 + listeners + syn;
	long need = total * KIB_PER_SOCKET + (1 << 20);
	if (available_kib() < need)
		die("%ld sockets need %ld MiB, %ld MiB are available", total, need >> 10, available_kib() >> 10);

	set_port_range();
	set("ipv4/tcp_syncookies", 0);
	set("ipv4/tcp_max_syn_backlog", 4 * syn + 4096);
	set("core/somaxconn", 2 * syn + 4096);
	set("ipv4/tcp_synack_retries", 20);
	set("ipv4/tcp_syn_retries", 20);
	set("ipv4/tcp_max_tw_buckets", 2000000);
	set("ipv4/tcp_tw_reuse", 0);
	if (pipe2(stop_pipe, O_CLOEXEC) || pipe2(report_pipe, O_CLOEXEC))
		die("pipe");

	// A flood needs the CPUs for itself, and sockets that live for only 60 s come last.
	int started = start_established(est / 2, AF_INET) + start_established(est6 / 2, AF_INET6) + start_listeners(listeners);
	if (rare > 0)
		started += start_rare(rare);
	await(started);
	if (syn > 0)
		await(start_half_open(syn, flood_from, flood_to));
	await(start_closed(orphans, 1) + start_closed(time_wait, 0));

	printf("READY sockets=%ld established=%ld,%ld rare=%ld time_wait=%ld orphans=%ld listeners=%ld syn_recv=%ld workers=%d\n",
	       total, est, est6, rare, time_wait, orphans, listeners, syn, workers);
	fflush(stdout);
	char byte;
	while (read(STDIN_FILENO, &byte, 1) != 0)
		;
	close(stop_pipe[1]);
	while (wait(NULL) > 0 || errno == EINTR)
		;
	return 0;
}
