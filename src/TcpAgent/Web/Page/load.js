// A part of this page that does not come, over a line that loses things, is said, and asked for until it is there.
'use strict';

document.addEventListener('error', () => {
  const again = () => setTimeout(() => {
    document.getElementById('connection').textContent = 'a part of this page did not come; trying again';
    fetch('page/page.js').then(answer => (answer.ok ? answer.text().then(() => location.reload()) : again())).catch(again);
  }, 2000);
  again();
}, true);
