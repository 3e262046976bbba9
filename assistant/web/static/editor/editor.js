// Makes the plain text field of a rule into an editor that marks faults while one types.
// Without this module the same form checks and saves; nothing here is needed for that.

import { makeEditor } from '../vendor/codemirror/editor.js';

const source = document.getElementById('source');
const field = document.getElementById('text');
const live = document.getElementById('live');
const from = document.querySelector('[name="applies_from"]');
const token = document.querySelector('meta[name="csrf-token"]').content;

/** The faults of a text, as the server finds them; none when it cannot be reached: the form still tells. */
async function faultsOf(text) {
  const response = await fetch('/editor/check', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': token },
    body: JSON.stringify({ rule: source.dataset.rule, text, applies_from: from.value }),
  }).catch(() => null);
  if (!response || !response.ok) return [];
  const { faults } = await response.json();
  live.textContent = faults.length
    ? `${source.dataset.some} ${faults.length}. ${faults[0].line ? `${faults[0].line}: ` : ''}${faults[0].message}`
    : source.dataset.none;
  return faults;
}

/** Words for the last part of a path: `child.birth` is completed to `child.birth_date`. */
function wordsFor(words) {
  return (word) => {
    const path = word.slice(0, word.lastIndexOf('.') + 1);
    return words.map(({ label, detail }) => ({ label: path + label, detail, type: 'variable' }));
  };
}

const editor = makeEditor(source, {
  text: field.value,
  nonce: source.dataset.nonce,
  label: source.dataset.label,
  check: faultsOf,
  complete: wordsFor(JSON.parse(source.dataset.words)),
  onChange: (text) => { field.value = text; },
});
// An editable element takes the focus anyway; said outright, tools that look for a way in by keyboard find it.
editor.view.contentDOM.tabIndex = 0;
source.classList.add('enhanced');

for (const link of document.querySelectorAll('.faults a')) {
  link.addEventListener('click', (event) => {
    event.preventDefault();
    editor.goTo(Number(link.hash.slice('#line-'.length)));
  });
}
