// A step of an errand: a question with buttons or fields, the facts to confirm, the summary.

import { html, nothing } from 'lit';

/** Live: can be answered. Otherwise only what it asked is shown, as what was said before. */
export function errandStep(chat, content, live, key) {
  const { step, errand } = content;
  if (!live) return html`<p class="said">${step.title}</p>`;
  const answer = (values, label) => chat.press('answer', label, { errand, step: step.id, ...values });
  const act = (button) => chat.press(button.action === 'next' ? 'answer' : button.action, button.label, { errand, step: step.id });
  const others = step.buttons.filter((button) => !['next', 'submit'].includes(button.action));
  return html`<section class="card" data-live>
    <div class="progress"><p class="small" id="${key}-progress">${chat.t.step(step.number, step.count)}</p>
      <progress value=${step.number} max=${step.count} aria-labelledby="${key}-progress"></progress></div>
    <h3>${step.title}</h3>
    ${step.paragraphs.map((text) => html`<p>${text}</p>`)}
    ${step.people.length ? html`<p>${chat.t.household}: <strong>${step.people.join(', ')}</strong></p>` : nothing}
    ${step.notes.map((text) => html`<p class="note">${text}</p>`)}
    ${step.facts.length ? confirm(chat, step, answer, key) : nothing}
    ${step.lines.length ? summary(chat, step, errand) : nothing}
    ${step.upload ? upload(chat, step.upload, errand) : nothing}
    ${step.fields.length ? fields(chat, step, answer, key) : html`<div class="buttons">${step.buttons.filter((b) => ['next', 'submit'].includes(b.action)).map((b) => html`<button type="button" class="button primary" @click=${() => act(b)}>${b.label}</button>`)}</div>`}
    <div class="buttons">${others.map((button) => html`<button type="button" class="button plain" @click=${() => act(button)}>${button.label}</button>`)}</div>
  </section>`;
}

/** Files are sent on the person's own page: a chat on another site is no place for them. */
function upload(chat, { files, error, help }, errand) {
  return html`${files.length ? html`<ul class="files">${files.map((file) => html`<li>${file.name || file.kind} <span class="small">${file.kind}, ${file.size}</span></li>`)}</ul>` : nothing}
    ${error ? html`<p class="error">${error}</p>` : nothing}
    <p class="small">${help}</p>
    <div class="buttons"><a class="button primary" href=${chat.link(`/me/errands/${errand}`)} target=${chat.target}>${chat.t.sendFiles}</a></div>`;
}

function fields(chat, step, answer, key) {
  const next = step.buttons.find((button) => button.action === 'next');
  const [first] = step.fields;
  const draft = chat.draftOf(key, step.fields);
  const visible = step.fields.filter((f) => !f.shown_when || draft[f.shown_when[0]] === f.shown_when[1]);
  const quick = first.kind === 'choice' && !first.value;
  const submit = (event) => {
    event.preventDefault();
    const values = Object.fromEntries(visible.filter((f) => draft[f.name]).map((f) => [f.name, draft[f.name]]));
    answer(values, spoken(visible, draft) || next.label);
  };
  const pick = (choice) => {
    const opens = step.fields.some((f) => f.shown_when?.[1] === choice.value && f.shown_when[0] === first.name);
    chat.setDraft(key, first.name, choice.value);
    if (!opens) answer({ [first.name]: choice.value }, choice.label);
  };
  const needsNext = !quick || visible.length > 1 || !first.required;
  return html`<form novalidate @submit=${submit}>
    ${visible.map((f, n) => (f === first && quick ? quickChoices(f, draft, pick, `${key}-${n}`) : field(chat, f, draft, key, `${key}-${n}`)))}
    ${needsNext ? html`<div class="buttons"><button class="button primary">${next.label}</button></div>` : nothing}
  </form>`;
}

const spoken = (list, draft) => list
  .map((f) => (f.kind === 'choice' ? f.choices.find((c) => c.value === draft[f.name])?.label : draft[f.name]))
  .filter(Boolean).join('. ');

const described = (f, id) => [f.help && `${id}-help`, f.error && `${id}-error`].filter(Boolean).join(' ') || nothing;
const help = (f, id) => (f.help ? html`<p class="small" id="${id}-help">${f.help}</p>` : nothing);
const error = (f, id) => (f.error ? html`<p class="error" id="${id}-error">${f.error}</p>` : nothing);

function quickChoices(f, draft, pick, id) {
  return html`<fieldset aria-describedby=${described(f, id)}>
    <legend>${f.label}</legend>${help(f, id)}
    <div class="buttons">${f.choices.map((choice) => html`<button type="button" class="button" aria-pressed=${draft[f.name] === choice.value} @click=${() => pick(choice)}>${choice.label}</button>`)}</div>
    ${error(f, id)}
  </fieldset>`;
}

function field(chat, f, draft, key, id) {
  const set = ({ target }) => chat.setDraft(key, f.name, target.value);
  if (f.kind === 'choice') {
    return html`<fieldset aria-describedby=${described(f, id)}>
      <legend>${f.label}</legend>${help(f, id)}
      ${f.choices.map((choice, n) => html`<label class="radio"><input type="radio" name=${id} value=${choice.value} .checked=${draft[f.name] === choice.value} aria-describedby=${choice.help ? `${id}-${n}` : nothing} @change=${set}><span>${choice.label}</span>${choice.help ? html`<span class="small" id="${id}-${n}">${choice.help}</span>` : nothing}</label>`)}
      ${error(f, id)}
    </fieldset>`;
  }
  const unit = f.unit ? ` (${f.unit})` : '';
  const optional = f.required || f.label.includes('(') ? '' : ` (${chat.t.optional})`;
  return html`<div class="field"><label for=${id}>${f.label}${unit}${optional}</label>${help(f, id)}
    ${f.kind === 'long_text'
      ? html`<textarea id=${id} rows="3" maxlength="2000" .value=${draft[f.name] ?? ''} aria-invalid=${f.error ? 'true' : nothing} aria-describedby=${described(f, id)} @input=${set}></textarea>`
      : html`<input id=${id} type="text" maxlength="200" autocomplete="off" inputmode=${f.kind === 'money' || f.kind === 'number' ? 'decimal' : nothing} .value=${draft[f.name] ?? ''} aria-invalid=${f.error ? 'true' : nothing} aria-describedby=${described(f, id)} @input=${set}>`}
    ${error(f, id)}</div>`;
}

function confirm(chat, step, answer, key) {
  return html`<ul class="facts">${step.facts.map((fact, n) => {
    const id = `${key}-fact-${n}`;
    const failing = fact.fields.some((f) => f.error);
    const open = chat.isOpen(id) || failing;
    const draft = chat.draftOf(id, fact.fields);
    const send = (event) => {
      event.preventDefault();
      answer({ correct: fact.key, should_be: draft.should_be ?? '', reason: draft.reason ?? '' }, `${chat.t.wrong}: ${fact.label}`);
    };
    return html`<li>
      <p>${fact.label}, ${fact.about}</p>
      <p class="value">${fact.value}</p>
      <p class="small">${chat.t.source} ${fact.source}, ${fact.learned}</p>
      ${fact.correction ? html`<p class="wrongly">${chat.t.said} ${fact.correction}</p>` : nothing}
      <div class="buttons">
        <button type="button" class="button plain" aria-expanded=${open} aria-controls=${id} @click=${() => chat.toggle(id)}>${open ? chat.t.hide : chat.t.wrong}<span class="quiet">: ${fact.label}</span></button>
        ${fact.correction ? html`<button type="button" class="button plain" @click=${() => answer({ undo: fact.key }, chat.t.undo)}>${chat.t.undo}</button>` : nothing}
      </div>
      <form id=${id} novalidate ?hidden=${!open} @submit=${send}>
        ${open ? html`<p class="small">${fact.corrected_where}</p>${fact.fields.map((f, m) => field(chat, f, draft, id, `${id}-${m}`))}
        <div class="buttons"><button class="button">${chat.t.report}</button></div>` : nothing}
      </form>
    </li>`;
  })}</ul>`;
}

function summary(chat, step, errand) {
  return html`<dl class="pairs">${step.lines.map((line) => html`<div><dt>${line.label}</dt><dd>${line.value}</dd>
    ${line.step ? html`<dd><button type="button" class="button plain" @click=${() => chat.press('change', `${chat.t.change}: ${line.label}`, { errand, step: line.step })}>${chat.t.change}<span class="quiet">: ${line.label}</span></button></dd>` : nothing}</div>`)}</dl>`;
}
