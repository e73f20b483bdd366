// The real binary in a directory of its own, on free ports, behind a way that can be cut; with people, homes and gateways.

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, connect, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import mqtt from "mqtt";

const BINARY = new URL("../../target/debug/harken", import.meta.url).pathname;
export const PASSWORD = "correct horse battery";
const PATIENCE_MS = 30_000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits for a condition, with a limit. */
export async function until<T>(what: string, look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > end) throw new Error(`waited ${PATIENCE_MS} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A way to the server that can be cut and mended: what a browser goes through. */
class Way {
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;
  private readonly port: number;
  private readonly target: number;

  constructor(port: number, target: number) {
    this.port = port;
    this.target = target;
  }

  async mend(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(this.target, "127.0.0.1");
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on("error", () => socket.destroy());
        socket.on("close", () => {
          near.destroy();
          far.destroy();
          this.sockets.delete(socket);
        });
      }
      near.pipe(far);
      far.pipe(near);
    });
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
    this.server = server;
  }

  async cut(): Promise<void> {
    const server = this.server;
    this.server = null;
    for (const socket of this.sockets) socket.destroy();
    if (server !== null) await new Promise((resolve) => server.close(resolve));
  }
}

interface Answered {
  id: string;
}

export class Service {
  readonly url: string;
  readonly way: Way;
  private readonly http: string;
  readonly mqttUrl: string;
  private readonly env: NodeJS.ProcessEnv;
  private readonly dir: string;
  private readonly child: ChildProcess;
  private log = "";
  private token = "";
  private organisation = "";
  private gateways = 0;

  private constructor(dir: string, ports: { http: number; mqtt: number; way: number }, settings: Record<string, string>) {
    this.dir = dir;
    this.http = `http://127.0.0.1:${ports.http}`;
    this.mqttUrl = `mqtt://127.0.0.1:${ports.mqtt}`;
    this.url = `http://127.0.0.1:${ports.way}`;
    this.way = new Way(ports.way, ports.http);
    this.env = {
      ...process.env,
      HARKEN_HTTP_LISTEN: `127.0.0.1:${ports.http}`,
      HARKEN_MQTT_LISTEN: `127.0.0.1:${ports.mqtt}`,
      HARKEN_DATABASE_URL: `sqlite://${join(dir, "harken.db")}`,
      HARKEN_READY_FILE: join(dir, "ready.json"),
      HARKEN_CANARY_EVERY_S: "0",
      ...settings,
    };
    this.child = spawn(BINARY, ["serve"], { cwd: dir, env: this.env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.on("data", (chunk: Buffer) => (this.log = (this.log + chunk.toString()).slice(-20_000)));
  }

  /** `settings` are added to the environment. */
  static async start(settings: Record<string, string> = {}): Promise<Service> {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: cargo build`);
    const dir = mkdtempSync(join(tmpdir(), "harken-e2e-"));
    const service = new Service(dir, { http: await freePort(), mqtt: await freePort(), way: await freePort() }, settings);
    await until("the server is ready", () => {
      if (service.child.exitCode !== null) throw new Error(`the server ended:\n${service.log}`);
      return existsSync(join(dir, "ready.json"));
    });
    await service.way.mend();
    service.token = service.cli(["token", "add", "--name", "test", "--role", "administrator"]);
    service.organisation = (await service.post<Answered>("/organisations", { name: "Borough telecare", zone: "Europe/London" })).id;
    return service;
  }

  async stop(): Promise<void> {
    await this.way.cut();
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGTERM");
    await ended;
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** A command of the binary beside the running server. */
  cli(command: string[], input = ""): string {
    return execFileSync(BINARY, command, { cwd: this.dir, env: this.env, input, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] }).trim();
  }

  /** Homes with a gateway and nothing else, made through the API alone: for as many as are wanted. */
  async homes(names: readonly string[], more: Record<string, unknown> = {}): Promise<Gateway[]> {
    return Promise.all(
      names.map(async (name) => {
        const home = (await this.post<Answered>("/homes", { organisation: this.organisation, name, locality: "Newtown", ...more })).id;
        this.gateways += 1;
        const id = `gw-${this.gateways}`;
        const { secret } = await this.post<{ secret: string }>("/gateways", { id, home });
        return Gateway.open(this.mqttUrl, id, secret, home);
      }),
    );
  }

  async delete(path: string): Promise<void> {
    const answer = await fetch(`${this.http}/api/v1${path}`, { method: "DELETE", headers: { Authorization: `Bearer ${this.token}` } });
    if (!answer.ok) throw new Error(`DELETE ${path}: ${answer.status} ${await answer.text()}`);
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>("POST", path, body);
  }

  async put<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>("PUT", path, body);
  }

  async patch<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>("PATCH", path, body);
  }

  private async send<T>(method: string, path: string, body: unknown): Promise<T> {
    const answer = await fetch(`${this.http}/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  }

  async get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.http}/api/v1${path}`, { headers: { Authorization: `Bearer ${this.token}` } });
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** Somebody who may sign in with `PASSWORD`: in one organisation, or in all. */
  person(login: string, role: string, organisation?: string): void {
    const where = organisation === undefined ? [] : ["--organisation", organisation];
    this.cli(["user", "add", "--login", login, "--name", `Person ${login}`, "--role", role, ...where], `${PASSWORD}\n`);
  }

  /** A home with somebody in it and somebody to call. */
  async home(name: string, resident = "Ada Byron", organisation = this.organisation): Promise<Gateway> {
    const home = (await this.post<Answered>("/homes", { organisation, name, address: "12 Elm Row", locality: "Newtown", call_back: "tel:+441632960001" })).id;
    await this.post("/residents", { home, name: resident, preferred_name: "Ada", language: "en", born: "1938-12-10", medical: "Diabetic", risks: "Lives with a large dog" });
    await this.post("/contacts", { home, name: "Nora Neighbour", relation: "neighbour", telephone: "+44 1632 960002", calling_order: 1, key_holder: true });
    this.gateways += 1;
    const id = `gw-${this.gateways}`;
    const secret = this.cli(["gateway", "add", "--id", id, "--home", home]);
    return Gateway.open(this.mqttUrl, id, secret, home);
  }
}

/** A gateway as a maker would build it. */
export class Gateway {
  readonly home: string;
  private readonly id: string;
  private readonly client: mqtt.MqttClient;
  private count = 0;

  private constructor(id: string, home: string, client: mqtt.MqttClient) {
    this.id = id;
    this.home = home;
    this.client = client;
  }

  static async open(url: string, id: string, secret: string, home: string): Promise<Gateway> {
    return new Gateway(id, home, await mqtt.connectAsync(url, { username: id, password: secret, clientId: id }));
  }

  /** Says that something happened now; done when the server has stored it. */
  async say(topic: "alarms" | "events", kind: string, device = "pendant-1"): Promise<void> {
    this.count += 1;
    const event = { id: `${this.id}-${this.count}`, kind, device, at: new Date().toISOString() };
    await this.client.publishAsync(`telecare/v1/${this.id}/${topic}`, JSON.stringify(event), { qos: 1 });
  }

  /** The same of many devices at once, in one message. */
  async sayOfAll(topic: "alarms" | "events", kind: string, devices: readonly string[]): Promise<void> {
    const at = new Date().toISOString();
    const events = devices.map((device) => ({ id: `${this.id}-${(this.count += 1)}`, kind, device, at }));
    await this.client.publishAsync(`telecare/v1/${this.id}/${topic}`, JSON.stringify(events), { qos: 1 });
  }

  /** Publishes bytes that are no event; done when the server has put them away. */
  async raw(topic: "alarms" | "events", bytes: Buffer): Promise<void> {
    await this.client.publishAsync(`telecare/v1/${this.id}/${topic}`, bytes, { qos: 1 });
  }

  async press(): Promise<void> {
    await this.say("alarms", "pendant");
  }

  async end(): Promise<void> {
    await this.client.endAsync();
  }
}
