// The widget's looks, in its own shadow root: the page around it neither lends nor borrows any style.

import { css } from 'lit';

export const style = css`
  :host {
    --accent: #0062ba; --accent-hover: #00529b; --on-accent: #fff; --accent-tint: #e8f1fb; --accent-text: #00478a;
    --surface: #fff; --tint: #f4f5f6; --text: #1e2b3c; --subtle: #4d5a6b; --border: #d2d5d8; --border-strong: #68737d;
    --good: #06592c; --good-tint: #e1f3e7; --bad: #9c0f24; --bad-tint: #fdeaec; --open: #6b4a00; --open-tint: #fdf1d3;
    --shadow: 0 1px 2px rgb(0 0 0 / 12%), 0 12px 32px rgb(0 20 50 / 22%);
    all: initial; font: 400 1rem/1.5 Inter, system-ui, -apple-system, 'Segoe UI', sans-serif; color: var(--text);
    position: fixed; inset-block-end: 1.25rem; inset-inline-end: 1.25rem; z-index: 2147483000; color-scheme: light;
  }
  @media (prefers-color-scheme: dark) {
    :host {
      --accent: #6fb1f2; --accent-hover: #8cc2f6; --on-accent: #06203b; --accent-tint: #12293f; --accent-text: #b6d7f7;
      --surface: #151b22; --tint: #1f272f; --text: #e9edf1; --subtle: #b3bcc6; --border: #3a444e; --border-strong: #8c97a3;
      --good: #8fd9ac; --good-tint: #11301e; --bad: #ffb3bc; --bad-tint: #3b1319; --open: #f2cf7a; --open-tint: #33270a; color-scheme: dark;
    }
  }
  :host([hidden]) { display: none; }
  *, *::before, *::after { box-sizing: border-box; }
  p, ul, ol, dl, dd, h2, h3, h4, fieldset, legend { margin: 0; padding: 0; border: 0; min-inline-size: 0; }
  ul { list-style: none; }
  a { color: var(--accent-text); text-underline-offset: 0.15em; }
  button, input, textarea { font: inherit; color: inherit; }
  :focus-visible { outline: 3px solid var(--text); outline-offset: 2px; }
  .quiet { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

  .launcher {
    display: inline-flex; align-items: center; gap: 0.625rem; min-block-size: 3.5rem; padding: 0.5rem 1.25rem 0.5rem 0.875rem; border: 0; border-radius: 999px;
    background: var(--accent); color: var(--on-accent); font-weight: 600; box-shadow: var(--shadow); cursor: pointer; position: relative;
  }
  .launcher:hover { background: var(--accent-hover); }
  .launcher svg { inline-size: 2rem; block-size: 2rem; }
  .count { position: absolute; inset-block-start: -0.375rem; inset-inline-end: -0.125rem; min-inline-size: 1.5rem; padding-inline: 0.375rem; border-radius: 999px; background: #b3132b; color: #fff; font-size: 0.875rem; line-height: 1.5rem; text-align: center; box-shadow: 0 0 0 2px var(--surface); }

  .panel {
    display: grid; grid-template-rows: auto 1fr auto; inline-size: min(26rem, calc(100vw - 2.5rem)); block-size: min(43rem, calc(100dvh - 2.5rem));
    background: var(--surface); border: 1px solid var(--border); border-radius: 1rem; box-shadow: var(--shadow); overflow: hidden;
  }
  .head { display: flex; align-items: center; gap: 0.75rem; padding: 0.625rem 0.625rem 0.625rem 1rem; background: var(--accent); color: var(--on-accent); }
  .head svg { inline-size: 2.125rem; block-size: 2.125rem; flex: none; }
  .head h2 { font-size: 1.125rem; line-height: 1.25; }
  .head p { font-size: 0.875rem; line-height: 1.25; }
  .head button { margin-inline-start: auto; display: grid; place-items: center; inline-size: 2.75rem; block-size: 2.75rem; border: 0; border-radius: 50%; background: transparent; cursor: pointer; }
  .head button:hover { background: rgb(255 255 255 / 18%); }
  .head button:focus-visible { outline-color: var(--on-accent); }
  .log { overflow-y: auto; overscroll-behavior: contain; padding: 1rem; display: flex; flex-direction: column; gap: 0.875rem; overflow-wrap: anywhere; }
  .log:focus-visible { outline-offset: -3px; }
  .line { display: grid; gap: 0.5rem; max-inline-size: 100%; }
  .mine { justify-self: end; align-self: flex-end; max-inline-size: 85%; padding: 0.5rem 0.875rem; border-radius: 1.125rem 1.125rem 0.25rem; background: var(--accent); color: var(--on-accent); white-space: pre-wrap; }
  .mine.waiting { background: var(--surface); color: var(--accent-text); box-shadow: inset 0 0 0 1px var(--accent); }
  .under { align-self: flex-end; margin-block-start: -0.625rem; font-size: 0.8125rem; color: var(--subtle); }
  .under.failed { color: var(--bad); font-weight: 600; }
  .said { justify-self: start; max-inline-size: 92%; padding: 0.625rem 0.875rem; border-radius: 1.125rem 1.125rem 1.125rem 0.25rem; background: var(--tint); white-space: pre-line; }
  .card { display: grid; gap: 0.625rem; padding: 0.875rem; border: 1px solid var(--border); border-radius: 0.75rem; background: var(--surface); }
  .card h3 { font-size: 1.0625rem; line-height: 1.35; }
  .guidance { border-inline-start: 0.3125rem solid var(--accent); background: var(--accent-tint); }
  .written { white-space: pre-line; }
  .small { font-size: 0.875rem; color: var(--subtle); }
  .note { padding: 0.5rem 0.75rem; border-radius: 0.5rem; background: var(--accent-tint); color: var(--accent-text); }
  .good { background: var(--good-tint); color: var(--good); }
  .wrongly { padding: 0.5rem 0.75rem; border-radius: 0.5rem; background: var(--open-tint); color: var(--open); }

  .buttons { display: flex; flex-wrap: wrap; gap: 0.5rem; }
  .button { display: inline-flex; align-items: center; justify-content: center; min-block-size: 2.75rem; padding: 0.375rem 1rem; border: 1px solid var(--accent); border-radius: 0.5rem; background: var(--surface); color: var(--accent-text); font-weight: 500; text-align: start; text-decoration: none; cursor: pointer; }
  .button:hover { background: var(--accent-tint); }
  .button.primary { background: var(--accent); color: var(--on-accent); }
  .button.primary:hover { background: var(--accent-hover); }
  .button.plain { border-color: transparent; text-decoration: underline; padding-inline: 0.5rem; }
  .button[aria-pressed='true'] { background: var(--accent-tint); box-shadow: inset 0 0 0 2px var(--accent); }
  .button[disabled] { opacity: 0.6; cursor: default; }

  .conditions { display: grid; gap: 0.75rem; }
  .conditions li { display: grid; grid-template-columns: 1.75rem 1fr; gap: 0.625rem; }
  .mark { display: grid; place-items: center; inline-size: 1.625rem; block-size: 1.625rem; border: 2px solid; border-radius: 50%; font-weight: 700; line-height: 1; }
  .yes { color: var(--good); background: var(--good-tint); } .no { color: var(--bad); background: var(--bad-tint); } .unknown { color: var(--open); background: var(--open-tint); border-style: dashed; }
  .facts { display: grid; gap: 0.75rem; }
  .facts > li { padding-block-start: 0.75rem; border-block-start: 1px solid var(--border); display: grid; gap: 0.25rem; }
  .value { font-weight: 650; font-variant-numeric: tabular-nums; }
  .pairs > div { display: grid; grid-template-columns: 1fr auto; gap: 0 0.75rem; align-items: center; padding-block: 0.5rem; border-block-end: 1px solid var(--border); }
  .pairs dt { grid-column: 1 / -1; font-size: 0.875rem; color: var(--subtle); }
  .pairs dd { font-weight: 600; }
  .progress { display: grid; gap: 0.25rem; }
  progress { appearance: none; inline-size: 100%; block-size: 0.375rem; border: 0; border-radius: 999px; background: var(--border); overflow: hidden; }
  progress::-webkit-progress-bar { background: var(--border); } progress::-webkit-progress-value { background: var(--accent); } progress::-moz-progress-bar { background: var(--accent); }

  form, fieldset, .field { display: grid; gap: 0.5rem; }
  label, legend { font-weight: 600; }
  .radio { display: grid; grid-template-columns: auto 1fr; gap: 0.25rem 0.625rem; align-items: start; padding-block: 0.375rem; font-weight: 400; }
  .radio input { inline-size: 1.25rem; block-size: 1.25rem; margin-block-start: 0.125rem; accent-color: var(--accent); }
  .radio .small { grid-column: 2; }
  input[type='text'], textarea { inline-size: 100%; min-block-size: 2.75rem; padding: 0.5rem 0.75rem; border: 1px solid var(--border-strong); border-radius: 0.5rem; background: var(--surface); }
  textarea { resize: vertical; }
  [aria-invalid='true'] { border-color: var(--bad); box-shadow: inset 0 0 0 1px var(--bad); }
  .error { color: var(--bad); font-weight: 500; }

  .foot { border-block-start: 1px solid var(--border); padding: 0.625rem 0.75rem 0.75rem; background: var(--surface); }
  .foot form { grid-template-columns: 1fr auto; align-items: end; }
  .foot textarea { display: block; resize: none; max-block-size: 8rem; border-radius: 1.25rem; padding-inline: 1rem; field-sizing: content; }
  .foot .button { min-inline-size: 2.75rem; border-radius: 999px; }
  .state { padding: 0.25rem 0.25rem 0.5rem; font-size: 0.875rem; color: var(--subtle); }
  .login { display: grid; gap: 0.875rem; align-content: center; justify-items: start; padding: 2rem; }

  @media (max-width: 30rem) {
    :host([open]) { inset: 0; }
    .panel { inline-size: 100vw; block-size: 100dvh; border: 0; border-radius: 0; }
  }
  @media (forced-colors: active) { .button, .launcher, .said, .mine, .card { border: 1px solid; } }
  @media (prefers-reduced-motion: no-preference) {
    .panel { animation: rise 0.18s ease-out; }
    @keyframes rise { from { opacity: 0; transform: translateY(0.75rem); } }
  }
  @media print { :host { display: none; } }
`;
