// The load of the benchmarks: one thread of C that costs less than any server, so
// that the client is never the bottleneck. It speaks to 127.0.0.1 only.
//
// usage: load echo PORT CONNECTIONS BYTES LINES
//        load datagrams PORT SOCKETS BYTES
//        load connections PORT AT_ONCE BYTES
//        load drain PORT SIZE TOTAL
//        load fill PORT TOTAL
//        load idle PORT
//
// Each line of standard input is one turn: its seconds, or for "idle" how many
// connections there are to be. The answer is how often it was done and how long
// that took, in nanoseconds.
#include "load.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int main(int argc, char **argv) {
  long long n[6] = {0};
  for (int i = 2; i < argc && i < 6; i++) n[i] = atoll(argv[i]);
  const char *mode = argc > 1 ? argv[1] : "";
  if (!strcmp(mode, "echo") && argc == 6) {
    echo(n[2], SOCK_STREAM, n[3], n[4], n[5]);
  } else if (!strcmp(mode, "datagrams") && argc == 5) {
    echo(n[2], SOCK_DGRAM, n[3], n[4], 1);
  } else if (!strcmp(mode, "connections") && argc == 5) {
    connections(n[2], n[3], n[4]);
  } else if (!strcmp(mode, "drain") && argc == 5) {
    drain(n[2], n[3], n[4]);
  } else if (!strcmp(mode, "fill") && argc == 4) {
    fill(n[2], n[3]);
  } else if (!strcmp(mode, "idle") && argc == 3) {
    idle(n[2]);
  } else {
    return 2;
  }
  return 0;
}
