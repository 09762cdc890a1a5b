// The load of the echo benchmark: round trips on many connections at once, from
// one thread that costs less than any server, so that it is never the bottleneck.
//
// usage: echo PORT CONNECTIONS [udp]
// Each line of standard input, "BYTES SECONDS", is one turn; the answer is how
// many round trips there were and how long they took, in nanoseconds.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 65536, EVENTS = 256, PATIENCE_MS = 5000 };

static char buffer[MOST];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void send_all(int fd, size_t size) {
  for (size_t sent = 0; sent < size;) {
    ssize_t count = send(fd, buffer, size - sent, MSG_NOSIGNAL);
    if (count < 0) fail("send");
    sent += count;
  }
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int connections = atoi(argv[2]);
  int type = argc > 3 ? SOCK_DGRAM : SOCK_STREAM;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
  inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
  int *fds = calloc(connections, sizeof *fds);
  size_t *got = calloc(connections, sizeof *got);
  int queue = epoll_create1(0);
  for (int i = 0; i < connections; i++) {
    int on = 1;
    fds[i] = socket(AF_INET, type, 0);
    if (connect(fds[i], (struct sockaddr *)&to, sizeof to) < 0) fail("connect");
    if (type == SOCK_STREAM) setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    epoll_ctl(queue, EPOLL_CTL_ADD, fds[i], &event);
  }
  size_t bytes;
  double seconds;
  while (scanf("%zu %lf", &bytes, &seconds) == 2) {
    if (bytes == 0 || bytes > MOST) return 2;
    memset(buffer, 'a', bytes);
    // Servers of lines answer a line.
    buffer[bytes - 1] = '\n';
    long long start = now(), end = start + (long long)(seconds * 1e9), last = start;
    long long count = 0;
    int waiting = connections;
    for (int i = 0; i < connections; i++) {
      got[i] = 0;
      send_all(fds[i], bytes);
    }
    while (waiting > 0) {
      struct epoll_event events[EVENTS];
      int ready = epoll_wait(queue, events, EVENTS, PATIENCE_MS);
      if (ready < 0 && errno == EINTR) continue;
      if (ready <= 0) fail("a server does not answer");
      last = now();
      for (int i = 0; i < ready; i++) {
        int which = events[i].data.u32;
        static char answer[MOST];
        ssize_t size = recv(fds[which], answer, sizeof answer, MSG_DONTWAIT);
        if (size < 0 && errno == EAGAIN) continue;
        if (size <= 0) fail("a server hung up");
        if ((got[which] += size) < bytes) continue;
        got[which] = 0;
        count++;
        if (last < end) send_all(fds[which], bytes);
        else waiting--;
      }
    }
    printf("%lld %lld\n", count, last - start);
    fflush(stdout);
  }
}
