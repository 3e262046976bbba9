// One tag on any page: <script src="https://…/widget.js" async></script>. Adds the chat at the end of the page.
//
// data-language="nb|nn|en": fixed language (else the page's own, then the person's). data-eager: look for messages
// at once instead of when the chat is opened. Any element with data-varde-open opens the chat when it is clicked.

import { VardeChat } from './chat.js';

const tag = document.currentScript ?? document.querySelector('script[src*="/widget.js"]');
const NAME = 'varde-chat';

if (tag && !customElements.get(NAME)) {
  customElements.define(NAME, VardeChat);
  const start = () => {
    const chat = document.createElement(NAME);
    chat.server = new URL(tag.src, location.href).origin;
    chat.language = tag.dataset.language || document.documentElement.lang || 'nb';
    if (tag.dataset.language) chat.dataset.language = tag.dataset.language;
    chat.eager = 'eager' in tag.dataset;
    document.body.append(chat);
    document.addEventListener('click', (event) => {
      const opener = event.target instanceof Element && event.target.closest('[data-varde-open]');
      if (opener) { event.preventDefault(); chat.show(); }
    });
  };
  if (document.body) start(); else addEventListener('DOMContentLoaded', start);
}
