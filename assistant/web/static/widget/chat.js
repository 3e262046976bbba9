// The chat: a launcher and a panel, with the conversation in a live log.

import { LitElement, html, nothing, svg } from 'lit';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import { Connection, newClientId } from './connection.js';
import { part } from './parts.js';
import { style } from './style.js';
import { words } from './words.js';

const CAIRN = html`<svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">${svg`<g fill="currentColor"><ellipse cx="16" cy="26" rx="12" ry="4.2"/><ellipse cx="16.6" cy="18.6" rx="8.6" ry="3.6"/><ellipse cx="15.4" cy="12.2" rx="5.8" ry="3"/><ellipse cx="16.4" cy="6.8" rx="3.4" ry="2.4"/></g>`}</svg>`;
const LONGEST = 2000; // characters, as the server keeps
const TICKET = 'varde-ticket';

export class VardeChat extends LitElement {
  static styles = style;
  static properties = {
    open: { type: Boolean, reflect: true },
    language: { type: String },
    eager: { type: Boolean },
    state: { state: true },
    unread: { state: true },
    blocked: { state: true },
  };

  constructor() {
    super();
    this.open = false;
    this.language = 'nb';
    this.server = location.origin;
    this.state = 'idle';
    this.lines = [];
    this.pending = new Map(); // client_id → {text, failed}
    this.openStep = undefined;
    this.unread = new Set();
    this.told = new Set();
    this.drafts = new Map();
    this.opened = new Set();
    this.text = '';
    this.onMessage = (event) => this.#ticket(event);
    this.onKey = (event) => this.#key(event);
  }

  get t() { return words(this.language); }
  get sameOrigin() { return new URL(this.server).origin === location.origin; }
  get target() { return this.sameOrigin ? '_self' : '_blank'; }

  connectedCallback() {
    super.connectedCallback();
    window.addEventListener('message', this.onMessage);
    this.addEventListener('keydown', this.onKey);
    this.connection = new Connection(this.server, (event) => this.#hear(event));
    if (this.eager) this.connection.open();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('message', this.onMessage);
    this.removeEventListener('keydown', this.onKey);
    this.connection.close();
  }

  show() {
    this.open = true;
    this.connection.open();
    this.updateComplete.then(() => { this.#scroll(); this.#focusFirst(); });
  }

  hide() {
    this.open = false;
    this.updateComplete.then(() => this.renderRoot.querySelector('.launcher')?.focus());
  }

  // ---- what the parts use ----

  link(path) { return new URL(path, this.server).href; }

  press(action, label, values = {}) {
    const texts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
    this.#send({ type: 'press', action, label, values: texts }, label);
  }

  draftOf(key, fields) {
    if (!this.drafts.has(key)) this.drafts.set(key, Object.fromEntries(fields.map((f) => [f.name, f.value])));
    return this.drafts.get(key);
  }

  setDraft(key, name, value) {
    this.drafts.set(key, { ...this.drafts.get(key), [name]: value });
    this.requestUpdate();
  }

  isOpen(id) { return this.opened.has(id); }

  toggle(id) {
    if (!this.opened.delete(id)) this.opened.add(id);
    this.requestUpdate();
    if (this.opened.has(id)) this.updateComplete.then(() => this.renderRoot.getElementById(id)?.querySelector('input, textarea')?.focus());
  }

  // ---- the line to the assistant ----

  #send(frame, text) {
    const id = newClientId();
    this.pending.set(id, { text, failed: '' });
    this.openStep = undefined;
    this.answering = this.renderRoot.activeElement?.closest('.log') ? id : '';
    this.connection.send({ ...frame, client_id: id });
    this.requestUpdate();
    this.updateComplete.then(() => this.#scroll());
  }

  #hear({ state, frame }) {
    const hadFocus = this.renderRoot.activeElement;
    if (state) this.state = state;
    if (state === 'login' && hadFocus) this.updateComplete.then(() => this.#focusFirst());
    if (!frame) return;
    if (frame.type === 'ready' && !this.dataset.language) this.language = frame.language;
    if (frame.type === 'history' || frame.type === 'lines') this.#add(frame);
    if (frame.type === 'open') this.openStep = this.#isShown(frame.content) ? undefined : frame.content;
    if (frame.type === 'refused' && this.pending.has(frame.client_id)) this.pending.get(frame.client_id).failed = frame.text;
    this.requestUpdate();
    this.updateComplete.then(() => { this.#scroll(); this.#tellRead(); });
  }

  #add(frame) {
    const known = new Set(this.lines.map((line) => line.id));
    const fresh = frame.lines.filter((line) => !known.has(line.id));
    this.lines = [...this.lines, ...fresh].sort((a, b) => a.id - b.id);
    for (const line of fresh) if (line.client_id) this.pending.delete(line.client_id);
    const guidance = fresh.flatMap((line) => line.content.parts ?? []).filter((p) => p.type === 'guidance').map((p) => p.message);
    const unread = frame.unread ? guidance.filter((id) => frame.unread.includes(id)) : guidance;
    if (unread.length) this.unread = new Set([...this.unread, ...unread]);
    if (fresh.length && frame.type === 'lines') this.openStep = undefined;
    if (this.answering && fresh.some((line) => line.author === 'assistant')) {
      this.answering = '';
      this.requestUpdate(); // what is drawn next is what the focus goes into
      this.updateComplete.then(() => this.#focusNewest());
    }
  }

  /** Is the open step of the errand what the newest line already asks? */
  #isShown(content) {
    const step = (c) => c?.parts?.find((p) => p.step);
    const newest = step(this.lines.at(-1)?.content);
    const open = step(content);
    return newest && open && newest.errand === open.errand && newest.step.id === open.step.id;
  }

  #tellRead() {
    if (!this.open || this.state !== 'ready' || !this.unread.size) return;
    for (const message of this.unread) if (!this.told.has(message)) {
      this.told.add(message);
      this.connection.tell({ type: 'read', message });
    }
    this.unread = new Set();
  }

  #ticket({ data, origin, source }) {
    if (origin === new URL(this.server).origin && source === this.window && data?.type === TICKET && typeof data.ticket === 'string') {
      this.connection.logIn(data.ticket);
      this.updateComplete.then(() => this.#focusFirst());
    }
  }

  #logIn() {
    const address = new URL(this.connection.loginAddress || '/widget/login', this.server);
    address.searchParams.set('origin', location.origin);
    this.window = window.open(address, 'varde-login', 'popup,width=520,height=720');
    this.blocked = !this.window;
  }

  // ---- focus ----

  #key(event) {
    if (event.key === 'Escape' && this.open) {
      event.stopPropagation();
      this.hide();
    }
  }

  #focusFirst() {
    (this.renderRoot.querySelector('.foot textarea') ?? this.renderRoot.querySelector('.login .button') ?? this.renderRoot.querySelector('.head button'))?.focus();
  }

  /** After an answer from a form in the log: on to what is asked next, so that the place is not lost. */
  #focusNewest() {
    if (!this.open) return;
    const newest = [...this.renderRoot.querySelectorAll('.line')].at(-1);
    const wrong = newest?.querySelector('[aria-invalid="true"], .error ~ * input');
    (wrong ?? newest?.querySelector('button, input, textarea, a') ?? this.renderRoot.querySelector('.foot textarea'))?.focus({ preventScroll: true });
  }

  #scroll() {
    const log = this.renderRoot.querySelector('.log');
    if (!log) return;
    const newest = [...log.querySelectorAll('.line')].at(-1);
    const tall = newest && newest.offsetHeight > log.clientHeight - 32;
    log.scrollTop = tall ? newest.offsetTop - log.offsetTop - 12 : log.scrollHeight;
  }

  #write(event) {
    event.preventDefault();
    const text = this.text.replaceAll('\0', '').trim();
    if (!text) return;
    this.text = '';
    this.#send({ type: 'line', text }, text);
    this.requestUpdate();
  }

  // ---- drawing ----

  render() {
    return this.open ? this.#panel() : this.#launcher();
  }

  #launcher() {
    const n = this.unread.size;
    return html`<button type="button" class="launcher" lang=${this.language} aria-haspopup="dialog" @click=${() => this.show()}>
      ${CAIRN}<span aria-hidden=${n ? 'true' : nothing}>${this.t.open}</span>
      ${n ? html`<span class="quiet">${this.t.openNew(n)}</span><span class="count" aria-hidden="true">${n}</span>` : nothing}
    </button>`;
  }

  #panel() {
    return html`<section class="panel" role="dialog" aria-labelledby="title" lang=${this.language}>
      <div class="head">${CAIRN}<div><h2 id="title">${this.t.title}</h2><p>${this.t.subtitle}</p></div>
        <button type="button" aria-label=${this.t.close} @click=${() => this.hide()}><svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">${svg`<path d="M6 6l12 12M18 6L6 18" stroke="currentColor" stroke-width="2.5" stroke-linecap="round"/>`}</svg></button></div>
      ${this.state === 'login' ? this.#login() : html`${this.#log()}${this.#foot()}`}
    </section>`;
  }

  #login() {
    const here = `${location.pathname}${location.search}`;
    return html`<div class="login">
      <p>${this.t.loginText}</p>
      ${this.sameOrigin
        ? html`<a class="button primary" href=${`/login?next=${encodeURIComponent(here)}`}>${this.t.login}</a>`
        : html`<button type="button" class="button primary" @click=${() => this.#logIn()}>${this.t.login}</button>
          <p class="small" role="status">${this.blocked ? this.t.blocked : this.t.loginWindow}</p>`}
    </div><div></div>`;
  }

  #log() {
    const newest = this.pending.size ? undefined : this.lines.at(-1);
    return html`<div class="log" role="log" aria-live="polite" aria-label=${this.t.log} tabindex="0">
      ${repeat(this.lines, (line) => line.id, (line) => this.#line(line, line === newest && !this.openStep))}
      ${repeat(this.pending, ([id]) => id, ([, { text, failed }]) => html`<p class="mine waiting"><span class="quiet">${this.t.me}: </span>${text}</p><p class="under ${failed ? 'failed' : ''}">${failed ? `${this.t.failed}: ${failed}` : this.t.sending}</p>`)}
      ${this.openStep ? html`<div class="line">${this.openStep.parts.map((p, n) => part(this, p, true, `open-${n}`))}</div>` : nothing}
    </div>`;
  }

  #line(line, live) {
    if (line.author === 'person') return html`<p class="mine"><span class="quiet">${this.t.me}: </span>${line.content.text}</p>`;
    return html`<div class="line"><span class="quiet">${this.t.varde}: </span>${line.content.parts.map((p, n) => part(this, p, live, `l${line.id}-${n}`))}</div>`;
  }

  #foot() {
    const said = { connecting: this.t.connecting, lost: this.t.lost, toomany: this.t.tooMany }[this.state];
    return html`<div class="foot">
      <p class="state" role="status" ?hidden=${!said}>${said ?? ''}</p>
      ${this.state === 'toomany' ? html`<button type="button" class="button" @click=${() => this.connection.open()}>${this.t.again}</button>` : nothing}
      <form @submit=${(event) => this.#write(event)}>
        <div><label class="quiet" for="write">${this.t.write}</label>
        <textarea id="write" rows="1" maxlength=${LONGEST} placeholder=${this.t.write} .value=${live(this.text)}
          @input=${({ target }) => { this.text = target.value; }}
          @keydown=${(event) => { if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) this.#write(event); }}></textarea></div>
        <button class="button primary">${this.t.send}</button>
      </form>
    </div>`;
  }
}
