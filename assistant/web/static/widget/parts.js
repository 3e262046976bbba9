// What the assistant says, drawn: each part of a reply is data, and text stays text.

import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { errandStep } from './step.js';

const HOLDS = new Map([[true, ['yes', '✓']], [false, ['no', '✗']], [null, ['unknown', '?']]]);

/** `chat` is the element: {t, server, press(action, label, values), link(href)}. `live`: the newest line of all. */
export function part(chat, content, live, key) {
  switch (content.type) {
    case 'text': return html`<p class="said">${content.text}</p>`;
    case 'buttons': return live ? buttons(chat, content.buttons) : nothing;
    case 'guidance': return guidance(chat, content);
    case 'conditions': return conditions(content);
    case 'facts': return facts(chat, content);
    case 'question': case 'confirm': case 'summary': return errandStep(chat, content, live, key);
    case 'receipt': return receipt(chat, content);
    default: return nothing;
  }
}

export function buttons(chat, list) {
  return html`<div class="buttons">${list.map((button) => (button.href
    ? html`<a class="button ${button.primary ? 'primary' : ''}" href=${chat.link(button.href)} target=${chat.target}>${button.label}</a>`
    : html`<button type="button" class="button ${button.primary ? 'primary' : ''}" @click=${() => chat.press(button.action, button.label, button.values)}>${button.label}</button>`))}</div>`;
}

function guidance(chat, content) {
  return html`<article class="card guidance">
    <h3>${content.title}</h3>
    <p class="written">${content.text}</p>
    ${buttons(chat, content.buttons)}
    ${content.sent ? html`<p class="small">${content.sent}</p>` : nothing}
  </article>`;
}

function conditions(content) {
  return html`<section class="card">
    <h3>${content.title}</h3>
    <p>${content.outcome}</p>
    <ul class="conditions">${content.conditions.map((condition) => {
      const [name, mark] = HOLDS.get(condition.holds) ?? HOLDS.get(null);
      return html`<li><span class="mark ${name}" aria-hidden="true">${mark}</span><div>
        <p>${condition.text}</p>
        <p class="small"><strong>${condition.said}</strong>${condition.law.map((law) => html` · ${law.url.startsWith('https://')
          ? html`<a href=${law.url} target="_blank" rel="noopener external">${law.name}</a>` : law.name}`)}</p>
      </div></li>`;
    })}</ul>
  </section>`;
}

function facts(chat, content) {
  return html`<section class="card">
    <h3>${content.title}</h3>
    <ul class="facts">${content.facts.map((fact) => html`<li>
      <p>${fact.label}${fact.about ? `, ${fact.about}` : ''}</p>
      <p class="value">${fact.value}</p>
      <p class="small">${chat.t.source} ${fact.source}, ${fact.learned}</p>
    </li>`)}</ul>
  </section>`;
}

function receipt(chat, { title, receipt: r, buttons: list }) {
  const rows = [[chat.t.number, r.number], [chat.t.received, r.received], [chat.t.due, r.due], [chat.t.status, r.status_text]];
  return html`<section class="card">
    <h3>${title}</h3>
    <p class="note good">${r.text}</p>
    <dl class="pairs">${repeat(rows, ([label]) => label, ([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
    ${buttons(chat, list)}
  </section>`;
}
