// Connections that have done one round trip each, and are held.
#include "load.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

// How many are opened at a time, which is less than a server's queue takes.
enum { AT_ONCE = 64, BYTES = 64 };

void idle(int port) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  char message[BYTES], back[BYTES];
  memset(message, 'a', BYTES);
  message[BYTES - 1] = '\n';
  long long count = 0;
  double wanted;
  while (next_turn(&wanted)) {
    long long start = now();
    while (count < wanted) {
      int fds[AT_ONCE], more = 0;
      for (; more < AT_ONCE && count < wanted; more++, count++) {
        fds[more] = open_socket(port, SOCK_STREAM);
        send_all(fds[more], message, BYTES);
      }
      for (int i = 0; i < more; i++) {
        ssize_t got = recv(fds[i], back, BYTES, MSG_WAITALL);
        if (got != BYTES) fail("a server does not answer");
      }
    }
    answer(count, now() - start);
  }
}
