// What the widget itself says; what the assistant says comes from the server in the person's language.

const WORDS = {
  nb: {
    open: 'Spør Varde', openNew: (n) => `Spør Varde, ${n} ${n === 1 ? 'ny melding' : 'nye meldinger'}`,
    title: 'Varde', subtitle: 'digital assistent', close: 'Lukk', log: 'Samtale',
    write: 'Skriv til Varde', send: 'Send', me: 'Du', varde: 'Varde', sending: 'Sender …', failed: 'Ikke sendt',
    connecting: 'Kobler til …', lost: 'Ingen forbindelse. Prøver igjen …',
    login: 'Logg inn', loginText: 'Logg inn for å snakke med assistenten. Da ser den hva som gjelder for deg.',
    loginWindow: 'Innloggingen åpnes i et eget vindu.', blocked: 'Nettleseren stoppet vinduet. Trykk på knappen igjen.',
    tooMany: 'Du har for mange samtaler åpne. Lukk en av dem, og prøv igjen.', again: 'Prøv igjen',
    wrong: 'Dette er feil', undo: 'Angre, det stemmer', report: 'Meld feilen', said: 'Du har meldt feil:', hide: 'Skjul',
    change: 'Endre', source: 'Kilde:', step: (n, m) => `Steg ${n} av ${m}`, optional: 'valgfritt', household: 'I husholdningen',
    number: 'Saksnummer', received: 'Mottatt', due: 'Svar senest', status: 'Status', chosen: 'valgt', kroner: 'kr', sendFiles: 'Send filer på siden din',
  },
  nn: {
    open: 'Spør Varde', openNew: (n) => `Spør Varde, ${n} ${n === 1 ? 'ny melding' : 'nye meldingar'}`,
    title: 'Varde', subtitle: 'digital assistent', close: 'Lukk', log: 'Samtale',
    write: 'Skriv til Varde', send: 'Send', me: 'Du', varde: 'Varde', sending: 'Sender …', failed: 'Ikkje sendt',
    connecting: 'Koplar til …', lost: 'Inga tilkopling. Prøver igjen …',
    login: 'Logg inn', loginText: 'Logg inn for å snakke med assistenten. Då ser han kva som gjeld for deg.',
    loginWindow: 'Innlogginga blir opna i eit eige vindauge.', blocked: 'Nettlesaren stoppa vindauget. Trykk på knappen igjen.',
    tooMany: 'Du har for mange samtalar opne. Lukk ein av dei, og prøv igjen.', again: 'Prøv igjen',
    wrong: 'Dette er feil', undo: 'Angre, det stemmer', report: 'Meld feilen', said: 'Du har meldt feil:', hide: 'Skjul',
    change: 'Endre', source: 'Kjelde:', step: (n, m) => `Steg ${n} av ${m}`, optional: 'valfritt', household: 'I hushaldet',
    number: 'Saksnummer', received: 'Motteken', due: 'Svar seinast', status: 'Status', chosen: 'vald', kroner: 'kr', sendFiles: 'Send filer på sida di',
  },
  en: {
    open: 'Ask Varde', openNew: (n) => `Ask Varde, ${n} new ${n === 1 ? 'message' : 'messages'}`,
    title: 'Varde', subtitle: 'digital assistant', close: 'Close', log: 'Conversation',
    write: 'Write to Varde', send: 'Send', me: 'You', varde: 'Varde', sending: 'Sending …', failed: 'Not sent',
    connecting: 'Connecting …', lost: 'No connection. Trying again …',
    login: 'Log in', loginText: 'Log in to talk to the assistant. It then sees what applies to you.',
    loginWindow: 'The login opens in a window of its own.', blocked: 'The browser stopped the window. Press the button again.',
    tooMany: 'You have too many conversations open. Close one of them and try again.', again: 'Try again',
    wrong: 'This is wrong', undo: 'Undo, it is right', report: 'Report the mistake', said: 'You have reported a mistake:', hide: 'Hide',
    change: 'Change', source: 'Source:', step: (n, m) => `Step ${n} of ${m}`, optional: 'optional', household: 'In the household',
    number: 'Case number', received: 'Received', due: 'Answer no later than', status: 'Status', chosen: 'chosen', kroner: 'NOK', sendFiles: 'Send files on your own page',
  },
};

/** The words in a language: Bokmål where it is none of ours; `no` is what many pages call Norwegian. */
export const words = (language) => WORDS[(language || '').slice(0, 2).toLowerCase()] ?? WORDS.nb;
