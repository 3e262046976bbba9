// The text editor of the rule pages: CodeMirror 6 with YAML, wrapped so that a page needs one call.
// It touches nothing global: everything it needs is handed in, everything it gives is returned.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import {
  bracketMatching, defaultHighlightStyle, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting,
} from '@codemirror/language';
import { lintGutter, lintKeymap, linter, forceLinting, nextDiagnostic, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState } from '@codemirror/state';
import {
  drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers,
} from '@codemirror/view';

/**
 * Put an editor into `parent` and return its handle.
 *
 * options.text       what it starts with
 * options.nonce      the page's CSP nonce, for the style sheets CodeMirror adds
 * options.label      the accessible name of the text field
 * options.readOnly   show, do not edit
 * options.check      async (text) => [{line, column?, message, severity?}]; lines and columns count from 1
 * options.complete   (word, line, before) => [{label, detail?, info?, type?}] or a promise of it
 * options.onChange   (text) => void
 * options.phrases    CodeMirror's own words in the reader's language
 */
export function makeEditor(parent, options = {}) {
  const {
    text = '', nonce = '', label = '', readOnly = false, check, complete, onChange, phrases = {},
  } = options;
  const reading = new Compartment();

  const place = (state, fault) => {
    const number = Math.min(Math.max(fault.line || 1, 1), state.doc.lines);
    const line = state.doc.line(number);
    const from = fault.column ? Math.min(line.from + fault.column - 1, line.to) : line.from;
    return { from, to: line.to, severity: fault.severity || 'error', message: fault.message };
  };

  const extensions = [
    lineNumbers(), highlightActiveLine(), highlightActiveLineGutter(), foldGutter(), history(), drawSelection(),
    indentOnInput(), indentUnit.of('  '), EditorState.tabSize.of(2), bracketMatching(), closeBrackets(),
    highlightSelectionMatches(), search({ top: true }), EditorView.lineWrapping,
    yaml(), syntaxHighlighting(defaultHighlightStyle), lintGutter(),
    EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false' }),
    EditorState.phrases.of(phrases),
    reading.of(EditorState.readOnly.of(readOnly)),
    // Escape then Tab leaves the field: no keyboard trap (WCAG 2.1.2)
    keymap.of([
      ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap,
      ...lintKeymap, indentWithTab,
    ]),
  ];
  if (nonce) extensions.push(EditorView.cspNonce.of(nonce));
  if (check) {
    extensions.push(linter(async (view) => {
      const faults = await check(view.state.doc.toString());
      return faults.map((fault) => place(view.state, fault));
    }, { delay: 400 }));
  }
  if (complete) {
    extensions.push(autocompletion({
      override: [async (context) => {
        const word = context.matchBefore(/[\w.]+/);
        if (!word && !context.explicit) return null;
        const line = context.state.doc.lineAt(context.pos);
        const found = await complete(word ? word.text : '', line.text, line.text.slice(0, context.pos - line.from));
        return found && found.length ? { from: word ? word.from : context.pos, options: found } : null;
      }],
    }));
  }
  if (onChange) {
    extensions.push(EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange(update.state.doc.toString());
    }));
  }

  const view = new EditorView({ parent, state: EditorState.create({ doc: text, extensions }) });
  return {
    view,
    get text() { return view.state.doc.toString(); },
    set text(value) { view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } }); },
    setReadOnly(value) { view.dispatch({ effects: reading.reconfigure(EditorState.readOnly.of(value)) }); },
    showFaults(faults) {
      view.dispatch(setDiagnostics(view.state, faults.map((fault) => place(view.state, fault))));
    },
    goTo(number) {
      const line = view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines));
      view.dispatch({ selection: { anchor: line.from }, effects: EditorView.scrollIntoView(line.from, { y: 'center' }) });
      view.focus();
    },
    nextFault() { nextDiagnostic(view); },
    recheck() { forceLinting(view); },
    focus() { view.focus(); },
    destroy() { view.destroy(); },
  };
}
