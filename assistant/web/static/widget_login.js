// Hands the ticket to the page that opened this window, and to that page's origin only; then closes.

const { ticket, origin } = document.getElementById('hand-over').dataset;

if (window.opener) {
  window.opener.postMessage({ type: 'varde-ticket', ticket }, origin);
  window.close();
}
