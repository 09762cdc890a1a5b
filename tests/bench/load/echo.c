// Round trips on many sockets at once.
#include "load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

// One message: lines that are sent at once, for servers of lines answer a line.
static char *make_message(size_t bytes, size_t lines) {
  char *message = malloc(bytes * lines);
  memset(message, 'a', bytes * lines);
  for (size_t i = 1; i <= lines; i++) message[i * bytes - 1] = '\n';
  return message;
}

void echo(int port, int type, int sockets, size_t bytes, size_t lines) {
  static char back[65536];
  char *message = make_message(bytes, lines);
  size_t size = bytes * lines;
  int *fds = calloc(sockets, sizeof *fds);
  size_t *got = calloc(sockets, sizeof *got);
  int queue = epoll_create1(0);
  for (int i = 0; i < sockets; i++) {
    fds[i] = open_socket(port, type);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    epoll_ctl(queue, EPOLL_CTL_ADD, fds[i], &event);
  }
  double seconds;
  while (next_turn(&seconds)) {
    long long start = now(), end = start + (long long)(seconds * 1e9);
    long long last = start, count = 0;
    int waiting = sockets;
    for (int i = 0; i < sockets; i++) {
      got[i] = 0;
      send_all(fds[i], message, size);
    }
    while (waiting > 0) {
      struct epoll_event events[EVENTS];
      int ready = wait_ready(queue, events);
      last = now();
      for (int i = 0; i < ready; i++) {
        int which = events[i].data.u32;
        ssize_t more = recv(fds[which], back, sizeof back, MSG_DONTWAIT);
        if (more < 0 && errno == EAGAIN) continue;
        if (more <= 0) fail("a server hung up");
        if ((got[which] += more) < size) continue;
        got[which] = 0;
        count++;
        if (last < end) send_all(fds[which], message, size);
        else waiting--;
      }
    }
    answer(count, last - start);
  }
}
