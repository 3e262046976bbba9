// The line to the assistant: comes back after a break, and sends again what was not acknowledged.

const FIRST_WAIT = 1000; // ms
const LONGEST_WAIT = 30000;
const NOT_LOGGED_IN = 4401;
const TOO_MANY = 4403;

/**
 * `report(event)` is called with {state}, {frame} or {failed: clientId}. States: connecting, ready, lost, login, toomany.
 * A line keeps its client_id however often it is sent: the server answers it once.
 */
export class Connection {
  constructor(server, report) {
    this.server = server;
    this.report = report;
    this.last = 0; // the newest line we have
    this.waiting = new Map(); // client_id → frame, in order
    this.ticket = '';
    this.loginAddress = '';
    this.tries = 0;
    this.wanted = false;
  }

  open() {
    this.wanted = true;
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    clearTimeout(this.timer);
    this.report({ state: 'connecting' });
    const address = new URL('/chat', this.server);
    address.protocol = address.protocol.replace('http', 'ws');
    if (this.last) address.searchParams.set('since', this.last);
    const socket = (this.socket = new WebSocket(address));
    this.mustLogIn = false;
    this.showedTicket = false;
    socket.onopen = () => {
      if (this.ticket && new URL(this.server).origin !== location.origin) this.#useTicket();
    };
    socket.onmessage = ({ data }) => socket === this.socket && this.#take(JSON.parse(data));
    socket.onclose = ({ code }) => socket === this.socket && this.#closed(code);
  }

  close() {
    this.wanted = false;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  /** Hand over a frame that must arrive: kept until the server has it. */
  send(frame) {
    this.waiting.set(frame.client_id, frame);
    this.#write(frame);
  }

  /** Tell something that may be lost. */
  tell(frame) {
    this.#write(frame);
  }

  /** A login window has handed over a ticket: try again with it. */
  logIn(ticket) {
    this.ticket = ticket;
    this.tries = 0;
    this.#drop();
    this.open();
  }

  #drop() {
    const old = this.socket;
    this.socket = undefined;
    old?.close();
  }

  #useTicket() {
    const ticket = this.ticket;
    this.ticket = ''; // a ticket is good for one use
    this.showedTicket = true;
    this.socket.send(JSON.stringify({ type: 'ticket', ticket }));
  }

  #write(frame) {
    if (this.ready && this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  #take(frame) {
    if (frame.type === 'login_required') {
      this.loginAddress = frame.login;
      this.mustLogIn = true;
      if (!this.showedTicket) this.socket.close(); // nothing to show: the person has to log in first
      return;
    }
    if (frame.type === 'ready') {
      this.ready = true;
      this.mustLogIn = false;
      this.tries = 0;
      this.ticket = frame.resume ?? '';
      this.report({ state: 'ready', frame });
      for (const waiting of this.waiting.values()) this.#write(waiting);
      return;
    }
    if (frame.type === 'ack' || frame.type === 'refused') this.waiting.delete(frame.client_id);
    for (const line of frame.lines ?? []) {
      this.last = Math.max(this.last, line.id);
      if (line.client_id) this.waiting.delete(line.client_id);
    }
    this.report({ frame });
  }

  #closed(code) {
    this.ready = false;
    this.socket = undefined;
    if (!this.wanted) return;
    if (code === NOT_LOGGED_IN || this.mustLogIn) return void this.report({ state: 'login' });
    if (code === TOO_MANY) return void this.report({ state: 'toomany' });
    this.report({ state: 'lost' });
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.tries++);
    this.timer = setTimeout(() => this.open(), wait / 2 + Math.random() * (wait / 2));
  }
}

export const newClientId = () => crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
