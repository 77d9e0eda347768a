/** The live socket of one organization: subscribes to topics, comes back by itself, and resumes where it was. */

export type LiveStatus = "connecting" | "live" | "offline";

export interface LiveEvent {
  id: string;
  name: string;
  subject: string | null;
  data: unknown;
  at: string;
}

interface Socket {
  readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(data: string): void;
  close(): void;
}

type Message =
  | { type: "hello"; last: string | null }
  | { type: "state"; topic: string; data: unknown }
  | ({ type: "event" } & LiveEvent)
  | { type: "error"; topic?: string; problem: { detail: string; code: string } }
  | { type: "ping" };

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
/** The server pings more often than this; a socket that is silent for longer is dead, whatever it says. */
const SILENCE = 60_000;

/** How long to wait before try number `attempt` (from 0): doubles up to 15 s, with a jitter of ±25 %. */
export function backOff(attempt: number, random: () => number = Math.random): number {
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt);
  return Math.round(wait * (0.75 + random() * 0.5));
}

export class LiveClient {
  private socket: Socket | null = null;
  private attempt = 0;
  private last: string | null = null;
  private stopped = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private readonly topics = new Map<string, Set<(data: unknown) => void>>();
  private readonly eventListeners = new Set<(event: LiveEvent) => void>();
  private readonly statusListeners = new Set<() => void>();
  private readonly refusedListeners = new Set<() => void>();
  status: LiveStatus = "connecting";

  constructor(
    private readonly url: string,
    private readonly open: (url: string) => Socket = (address) => new WebSocket(address) as unknown as Socket,
  ) {}

  start(): void {
    this.stopped = false;
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    clearTimeout(this.silence);
    this.drop();
    this.setStatus("offline");
  }

  /** Tries again at once: for when the machine is back online or the tab is looked at again. */
  wake(): void {
    if (this.stopped || this.status === "live") return;
    clearTimeout(this.retry);
    this.attempt = 0;
    this.connect();
  }

  /** Calls `listener` with the topic's state now and after each change. Returns what ends it. */
  subscribe(topic: string, listener: (data: unknown) => void): () => void {
    const listeners = this.topics.get(topic) ?? new Set();
    listeners.add(listener);
    this.topics.set(topic, listeners);
    if (listeners.size === 1) this.send({ type: "subscribe", topic });
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.topics.get(topic) === listeners) {
        this.topics.delete(topic);
        this.send({ type: "unsubscribe", topic });
      }
    };
  }

  onEvent(listener: (event: LiveEvent) => void): () => void {
    this.eventListeners.add(listener);
    return () => this.eventListeners.delete(listener);
  }

  /** Calls `listener` when the server ends the line for good: signed out, or no access any more. */
  onRefused(listener: () => void): () => void {
    this.refusedListeners.add(listener);
    return () => this.refusedListeners.delete(listener);
  }

  onStatus(listener: () => void): () => void {
    this.statusListeners.add(listener);
    return () => this.statusListeners.delete(listener);
  }

  private connect(): void {
    this.drop();
    this.setStatus("connecting");
    const socket = this.open(this.url);
    this.socket = socket;
    socket.onmessage = (event) => this.receive(JSON.parse(event.data) as Message);
    socket.onclose = ({ code }) => {
      // Signed out, or no longer a member: another try would be refused as well.
      if (code === 4401 || code === 4403) this.refused();
      else this.lost();
    };
    this.listenForSilence();
  }

  private lost(): void {
    this.drop();
    clearTimeout(this.silence);
    if (this.stopped) return;
    this.setStatus("offline");
    this.retry = setTimeout(() => this.connect(), backOff(this.attempt));
    this.attempt += 1;
  }

  private refused(): void {
    this.stop();
    for (const listener of this.refusedListeners) listener();
  }

  private receive(message: Message): void {
    this.listenForSilence();
    switch (message.type) {
      case "hello":
        this.attempt = 0;
        this.setStatus("live");
        if (this.last !== null) this.send({ type: "resume", after: this.last });
        else this.last = message.last;
        // States are sent whole on subscribing, so nothing that changed meanwhile is missed.
        for (const topic of this.topics.keys()) this.send({ type: "subscribe", topic });
        break;
      case "state":
        for (const listener of this.topics.get(message.topic) ?? []) listener(message.data);
        break;
      case "event":
        this.last = message.id;
        for (const listener of this.eventListeners) listener(message);
        break;
      case "error":
        console.warn(`Live updates: ${message.problem.detail}`, message.topic ?? "");
        break;
      case "ping":
        break;
    }
  }

  private listenForSilence(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.lost(), SILENCE);
  }

  private send(message: object): void {
    if (this.status === "live") this.socket?.send(JSON.stringify(message));
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  private setStatus(status: LiveStatus): void {
    if (this.status === status) return;
    this.status = status;
    for (const listener of this.statusListeners) listener();
  }
}
