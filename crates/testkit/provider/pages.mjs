// The provider's pages, in the product's colours but plainly another house: the company's own sign-in.
const STYLE = `
  :root { color-scheme: light dark; --ground:#f6f6f4; --card:#fff; --line:#e2e2de; --text:#1e1e1c; --faint:#6a6a64; --accent:#0b7a70; --hover:#e8f5f3; --on:#fff; --bad:#9c2419; --badground:#fdeeec; }
  @media (prefers-color-scheme: dark) { :root { --ground:#111110; --card:#1e1e1c; --line:#33332f; --text:#ecece8; --faint:#a0a099; --accent:#45b8ab; --hover:#12302c; --on:#06221f; --bad:#f2988d; --badground:#3a1a16; } }
  * { box-sizing: border-box; } body { margin:0; min-height:100vh; display:grid; place-items:start center; padding:48px 16px; background:var(--ground); color:var(--text); font:14px/1.45 Inter,system-ui,sans-serif; }
  main { width:100%; max-width:440px; } header { text-align:center; margin-bottom:20px; }
  .house { display:inline-grid; place-items:center; width:44px; height:44px; border-radius:12px; background:var(--accent); color:var(--on); font-weight:650; font-size:20px; margin-bottom:12px; }
  h1 { font-size:20px; margin:0 0 4px; } p { margin:0; color:var(--faint); } .card { background:var(--card); border:1px solid var(--line); border-radius:12px; overflow:hidden; }
  input { width:100%; border:0; border-bottom:1px solid var(--line); padding:12px 16px; font:inherit; background:none; color:inherit; } input:focus { outline:2px solid var(--accent); outline-offset:-2px; border-radius:12px 12px 0 0; }
  ul { list-style:none; margin:0; padding:6px; max-height:56vh; overflow:auto; } li button { width:100%; display:flex; gap:12px; align-items:center; text-align:left; border:0; background:none; color:inherit; font:inherit; padding:8px 10px; border-radius:8px; cursor:pointer; }
  li button:hover, li button:focus-visible { background:var(--hover); outline:none; box-shadow:inset 0 0 0 2px var(--accent); }
  .face { flex:none; display:grid; place-items:center; width:34px; height:34px; border-radius:50%; background:var(--hover); color:var(--accent); font-weight:600; font-size:12px; }
  .who { flex:1; min-width:0; } .who b { font-weight:600; } .who small { display:block; color:var(--faint); font-size:12px; overflow-wrap:anywhere; }
  .off { opacity:.6; } .empty { padding:16px; text-align:center; }
  .row { display:flex; gap:8px; margin-top:16px; } .row button { flex:1; padding:10px; border-radius:8px; border:1px solid var(--line); background:var(--card); color:inherit; font:inherit; font-weight:550; cursor:pointer; }
  .row button.main { background:var(--accent); border-color:var(--accent); color:var(--on); } .row button:focus-visible { outline:2px solid var(--accent); outline-offset:2px; }
  .say { padding:16px; } .say li { padding:4px 0; } .say ul { padding:8px 0 0 18px; list-style:disc; max-height:none; } .bad { background:var(--badground); color:var(--bad); padding:10px 16px; border-radius:8px; margin-bottom:12px; } footer { text-align:center; margin-top:16px; font-size:12px; color:var(--faint); }`;

const FILTER = `
  const field = document.querySelector('input'), people = [...document.querySelectorAll('li')], empty = document.querySelector('.empty');
  field.addEventListener('input', () => {
    const wanted = field.value.trim().toLowerCase();
    let shown = 0;
    for (const person of people) shown += !(person.hidden = !person.textContent.toLowerCase().includes(wanted));
    empty.hidden = shown > 0;
  });`;

export class Pages {
  constructor(company) {
    this.company = company;
  }

  choose(uid, people, refusal) {
    const rows = people.map(
      ({ sub, name, email, groups, disabled }) => `<li${disabled ? ' class="off"' : ''}><button name="sub" value="${escape(sub)}">
        <span class="face" aria-hidden="true">${escape(initials(name))}</span>
        <span class="who"><b>${escape(name)}</b><small>${escape([email, groups.join(', ')].filter(Boolean).join(' · '))}${disabled ? ' · disabled' : ''}</small></span></button></li>`,
    );
    return this.#page(
      'Who are you today?',
      'A demonstration provider: choose a person, no password needed.',
      `${refusal ? `<div class="bad" role="alert">${escape(refusal)}</div>` : ''}
       <div class="card"><input type="search" aria-label="Find a person" placeholder="Find a person or a team" autofocus autocomplete="off">
       <form method="post" action="/interaction/${uid}"><input type="hidden" name="answer" value="choose"><ul>${rows.join('')}</ul></form>
       <p class="empty" hidden>Nobody of that name.</p></div>
       <form method="post" action="/interaction/${uid}" class="row"><button name="answer" value="deny">Cancel</button></form>
       <script>${FILTER}</script>`,
    );
  }

  consent(uid, person) {
    return this.#page(
      'Allow Claviger to know who you are?',
      `Signed in as ${escape(person?.name ?? 'someone')}`,
      `<div class="card say">Claviger will receive<ul><li>your name and e-mail address</li><li>the teams that you belong to</li><li>when and how you signed in</li></ul></div>
       <form method="post" action="/interaction/${uid}" class="row"><button name="answer" value="deny">Cancel</button><button class="main" name="answer" value="allow" autofocus>Allow</button></form>`,
    );
  }

  error = (code, description) =>
    this.#page('That did not work', '', `<div class="card say"><b>${escape(code)}</b><p>${escape(description ?? '')}</p></div>`);

  #page(title, under, body) {
    return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head>
      <body><main><header><div class="house" aria-hidden="true">${escape(this.company.charAt(0))}</div><h1>${title}</h1><p>${under}</p></header>${body}
      <footer>${escape(this.company)} sign-in, a demonstration on this machine only</footer></main></body></html>`;
  }
}

function initials(name) {
  const words = name.split(' ').filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : ''].map((word) => word?.charAt(0) ?? '').join('').toUpperCase();
}

function escape(text) {
  return String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
