// The service worker of web push: shows that a message is there. What it says is nobody's business but the page's.

self.addEventListener('push', (event) => {
  const said = event.data?.json() ?? {};
  const { title = 'Varde', body = '', lang = 'nb', tag = 'varde' } = said;
  event.waitUntil(self.registration.showNotification(title, { body, lang, tag }));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(
    self.clients.matchAll({ type: 'window' }).then((windows) => {
      const open = windows.find((one) => new URL(one.url).pathname.startsWith('/me'));
      return open ? open.focus() : self.clients.openWindow('/me');
    }),
  );
});
