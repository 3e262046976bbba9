// What the widget uses of lit, as one module without dependencies.

export * from 'lit';
export { classMap } from 'lit/directives/class-map.js';
export { createRef, ref } from 'lit/directives/ref.js';
export { ifDefined } from 'lit/directives/if-defined.js';
export { live } from 'lit/directives/live.js';
export { repeat } from 'lit/directives/repeat.js';
export { unsafeCSS } from 'lit';
