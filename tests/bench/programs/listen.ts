// Plain Deno: one connection, echoed once.

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const { port } = listener.addr as Deno.NetAddr;
using client = await Deno.connect({ hostname: "127.0.0.1", port });
await client.write(new Uint8Array(1));
{
  using conn = await listener.accept();
  const buffer = new Uint8Array(100);
  const count = await conn.read(buffer);
  await conn.write(buffer.subarray(0, count!));
}
await client.read(new Uint8Array(1));
listener.close();
