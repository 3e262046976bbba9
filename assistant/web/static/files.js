// A file that is too large is told of before it is sent: where the line is slow it would take minutes to be refused.
// Without this script the server says the same.

for (const input of document.querySelectorAll('input[type="file"][data-most-bytes]')) {
  const most = Number(input.dataset.mostBytes);
  const id = `${input.id}-error`;
  const isTooLarge = () => [...input.files].some((file) => file.size > most);

  const say = () => {
    let message = document.getElementById(id);
    if (!isTooLarge()) {
      message?.remove();
      input.removeAttribute('aria-invalid');
      return;
    }
    if (!message) {
      message = document.createElement('p');
      message.id = id;
      message.className = 'ds-validation-message';
      message.dataset.field = 'validation';
      input.after(message);
    }
    message.textContent = input.dataset.tooLarge;
    message.setAttribute('role', 'alert');
    input.setAttribute('aria-invalid', 'true');
    const described = new Set((input.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean));
    input.setAttribute('aria-describedby', [...described.add(id)].join(' '));
  };

  input.addEventListener('change', say);
  input.form.addEventListener('submit', (event) => {
    if (event.submitter?.value === 'back' || !isTooLarge()) return;
    event.preventDefault();
    say();
    input.focus();
  });
}
