// Switches notices on in this browser: asks the browser for leave, then sends where it takes them with the form.

const form = document.getElementById('push-on');
const status = document.getElementById('push-status');
const button = form.querySelector('button');
const say = (key) => {
  status.textContent = form.dataset[key];
};

const keyOf = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));
const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

if ('serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window) {
  form.hidden = false;
} else {
  say('unsupported');
}

button.addEventListener('click', async () => {
  button.disabled = true;
  say('asking');
  try {
    if ((await Notification.requestPermission()) !== 'granted') {
      say('denied');
      return;
    }
    await navigator.serviceWorker.register('/push.js');
    const { pushManager } = await navigator.serviceWorker.ready;
    const earlier = await pushManager.getSubscription();
    if (earlier && textOf(earlier.options.applicationServerKey) !== form.dataset.key) await earlier.unsubscribe();
    const taken = await pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: keyOf(form.dataset.key),
    });
    form.elements.endpoint.value = taken.endpoint;
    form.elements.p256dh.value = textOf(taken.getKey('p256dh'));
    form.elements.auth.value = textOf(taken.getKey('auth'));
    form.submit();
  } catch {
    say('failed');
  } finally {
    button.disabled = false;
  }
});
