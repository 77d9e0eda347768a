import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backOff, LiveClient } from "~/api/live";

/** A socket of which the test is the other end. */
class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 1;
  closed = false;
  sent: { type: string; topic?: string; after?: string }[] = [];
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor() {
    FakeSocket.all.push(this);
  }
  send(data: string) {
    this.sent.push(JSON.parse(data));
  }
  close() {
    this.closed = true;
  }
  says(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  breaks(code = 1006) {
    this.onclose?.({ code });
  }
}

function last(): FakeSocket {
  const socket = FakeSocket.all[FakeSocket.all.length - 1];
  if (!socket) throw new Error("no socket was opened");
  return socket;
}

function started(): LiveClient {
  const client = new LiveClient("ws://test", () => new FakeSocket());
  client.start();
  return client;
}

beforeEach(() => {
  FakeSocket.all = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

it("doubles the wait up to a bound, with a jitter", () => {
  expect([0, 1, 2, 3, 9].map((attempt) => backOff(attempt, () => 0.5))).toEqual([500, 1000, 2000, 4000, 15_000]);
  expect(backOff(0, () => 0)).toBe(375);
  expect(backOff(0, () => 1)).toBe(625);
});

describe("topics", () => {
  it("waits for hello before it asks, and asks once for two listeners", () => {
    const client = started();
    const [one, two] = [vi.fn(), vi.fn()];
    client.subscribe("pinata.scan:1", one);
    client.subscribe("pinata.scan:1", two);
    expect(last().sent).toEqual([]);
    last().says({ type: "hello", last: "7" });
    expect(client.status).toBe("live");
    expect(last().sent).toEqual([{ type: "subscribe", topic: "pinata.scan:1" }]);
    last().says({ type: "state", topic: "pinata.scan:1", data: { fraction: 0.5 } });
    expect(one).toHaveBeenCalledWith({ fraction: 0.5 });
    expect(two).toHaveBeenCalledWith({ fraction: 0.5 });
  });

  it("ends the subscription with its last listener", () => {
    const client = started();
    last().says({ type: "hello", last: null });
    const [one, two] = [vi.fn(), vi.fn()];
    const endOne = client.subscribe("t", one);
    const endTwo = client.subscribe("t", two);
    endOne();
    expect(last().sent).toHaveLength(1);
    endTwo();
    expect(last().sent[1]).toEqual({ type: "unsubscribe", topic: "t" });
    last().says({ type: "state", topic: "t", data: 1 });
    expect(two).not.toHaveBeenCalled();
  });
});

describe("reconnection", () => {
  it("comes back, resumes after the last event and asks for its topics again", () => {
    const client = started();
    client.subscribe("t", vi.fn());
    last().says({ type: "hello", last: "7" });
    last().says({ type: "event", id: "9", name: "pinata.scan.finished", subject: null, data: {}, at: "" });
    last().breaks();
    expect(client.status).toBe("offline");
    expect(FakeSocket.all).toHaveLength(1);
    vi.advanceTimersByTime(700);
    expect(FakeSocket.all).toHaveLength(2);
    last().says({ type: "hello", last: "12" });
    expect(last().sent).toEqual([
      { type: "resume", after: "9" },
      { type: "subscribe", topic: "t" },
    ]);
    expect(client.status).toBe("live");
  });

  it("waits longer after each failure and starts over after a success", () => {
    started();
    for (let failure = 0; failure < 4; failure += 1) {
      last().breaks();
      vi.advanceTimersByTime(20_000);
    }
    expect(FakeSocket.all).toHaveLength(5);
    last().breaks();
    vi.advanceTimersByTime(5_000);
    expect(FakeSocket.all).toHaveLength(5);
    vi.advanceTimersByTime(15_000);
    expect(FakeSocket.all).toHaveLength(6);
    last().says({ type: "hello", last: null });
    last().breaks();
    vi.advanceTimersByTime(700);
    expect(FakeSocket.all).toHaveLength(7);
  });

  it("tries at once when woken", () => {
    const client = started();
    last().breaks();
    client.wake();
    expect(FakeSocket.all).toHaveLength(2);
    last().says({ type: "hello", last: null });
    client.wake();
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("takes a long silence for a broken line", () => {
    started();
    last().says({ type: "hello", last: null });
    vi.advanceTimersByTime(50_000);
    last().says({ type: "ping" });
    vi.advanceTimersByTime(50_000);
    expect(FakeSocket.all).toHaveLength(1);
    vi.advanceTimersByTime(11_000);
    expect(FakeSocket.all[0]?.closed).toBe(true);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("does not come back when it was refused", () => {
    const client = started();
    const refused = vi.fn();
    client.onRefused(refused);
    last().breaks(4401);
    expect(refused).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("stays closed once stopped", () => {
    const client = started();
    client.stop();
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all).toHaveLength(1);
    expect(last().closed).toBe(true);
  });
});
