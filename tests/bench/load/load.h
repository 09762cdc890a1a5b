// What the modes of the load share.
#include <netinet/in.h>
#include <stddef.h>

enum { EVENTS = 256, PATIENCE_MS = 5000 };

// Ends the program, and with it the benchmark: a figure with errors in it is none.
_Noreturn void fail(const char *what);

// Nanoseconds since some time.
long long now(void);

// Where the server is.
struct sockaddr_in server(int port);

// A connection, or a socket of datagrams that go to the server.
int open_socket(int port, int type);

void send_all(int fd, const char *data, size_t size);

// Waits for what epoll has; nobody is waited for without end.
struct epoll_event;
int wait_ready(int queue, struct epoll_event *events);

// Reads what the next turn asks for from standard input; 0 at its end.
int next_turn(double *wanted);

// Tells how often something was done, and in how many nanoseconds.
void answer(long long count, long long nanoseconds);

// The modes; see main.c.
void echo(int port, int type, int sockets, size_t bytes, size_t lines);
void connections(int port, int at_once, size_t bytes);
void drain(int port, size_t size, size_t total);
void fill(int port, size_t total);
void idle(int port);
