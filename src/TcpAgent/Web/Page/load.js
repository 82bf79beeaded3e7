// If a part of this page fails to load over a bad connection, the page says so and retries until it is there.
'use strict';

document.addEventListener('error', () => {
  const again = () => setTimeout(() => {
    document.getElementById('connection').textContent = 'part of this page failed to load; retrying';
    fetch('page/page.js').then(answer => (answer.ok ? answer.text().then(() => location.reload()) : again())).catch(again);
  }, 2000);
  again();
}, true);
