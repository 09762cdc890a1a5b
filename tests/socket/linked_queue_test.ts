import { assertEquals } from "@std/assert";
import { type Linked, LinkedQueue } from "../../socket/linked_queue.ts";

interface Item extends Linked {
  readonly name: string;
}

function filled() {
  const queue = new LinkedQueue<Item>();
  const items = ["a", "b", "c"].map((name): Item => ({ name }));
  for (const item of items) queue.push(item);
  return { queue, items };
}

const names = (queue: LinkedQueue<Item>) =>
  queue.toArray().map(({ name }) => name);

Deno.test("LinkedQueue keeps items in order", () => {
  const { queue } = filled();
  assertEquals(names(queue), ["a", "b", "c"]);
  assertEquals(queue.first?.name, "a");
});

Deno.test("LinkedQueue.remove() takes an item out wherever it is, once", () => {
  for (const [index, left] of [["b", "c"], ["a", "c"], ["a", "b"]].entries()) {
    const { queue, items } = filled();
    assertEquals(queue.remove(items[index]), true);
    assertEquals(queue.remove(items[index]), false);
    assertEquals(names(queue), left);
    assertEquals(items[index].isQueued, false);
  }
});

Deno.test("LinkedQueue takes an item again that was removed, at the end", () => {
  const { queue, items } = filled();
  queue.remove(items[0]);
  queue.push(items[0]);
  assertEquals(names(queue), ["b", "c", "a"]);
});

Deno.test("LinkedQueue is empty when all are gone, and can be filled again", () => {
  const { queue, items } = filled();
  for (const item of items) queue.remove(item);
  assertEquals([queue.first, names(queue)], [undefined, []]);
  queue.push(items[1]);
  assertEquals(names(queue), ["b"]);
});
