import type { Command } from '../keyboard/shortcuts';
import type { Page } from './page.svelte';

/** What each shortcut does. */
export class Commands {
  #page: Page;
  #move: ((command: Command) => void) | null = null;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The list that is in sight answers the moves; what it returns ends that. */
  onMove(listener: (command: Command) => void): () => void {
    this.#move = listener;
    return () => {
      if (this.#move === listener) this.#move = null;
    };
  }

  /** Whether a command is for this person and can be obeyed now. */
  may(command: Command): boolean {
    const page = this.#page;
    if (command === 'create' || command === 'importFile') return !page.offline && page.vault.creates;
    if (command === 'askAccess') return !page.offline && (page.vault.places.value?.places.length ?? 0) > 0;
    if (command === 'emergency') return !page.offline && page.emergency.drawable.length > 0;
    if (command === 'giveAccess') return !page.offline && page.access.givesSomewhere;
    if (command === 'goAccess') return page.access.open;
    if (command === 'goOrganization') return page.organization.open;
    if (command === 'goOffboarding' || command === 'lookUpLeak') return page.offboarding.open;
    if (command === 'offboard') return !page.offline && page.offboarding.open;
    return true;
  }

  obey(command: Command): void {
    const page = this.#page;
    const { dialogs, host, values } = page;
    if (page.app.session.type !== 'signedIn' || !this.may(command)) return;
    switch (command) {
      case 'find':
        return dialogs.open({ type: 'palette' });
      case 'shortcuts':
        return dialogs.open({ type: 'shortcuts' });
      case 'create':
        return dialogs.open({ type: 'create', place: page.vault.place });
      case 'importFile':
        return dialogs.open({ type: 'importFile', place: page.vault.place });
      case 'lock':
        return void page.attempt(() => host.lock());
      case 'sync':
        return void page.attempt(() => host.syncNow());
      case 'places':
        page.placesOpen = !page.placesOpen;
        return;
      case 'goVault':
        return page.go('vault');
      case 'goRequests':
        return page.go('requests');
      case 'goHistory':
        return page.go('history');
      case 'goBin':
        return page.go('bin');
      case 'goAccess':
        return page.go('access');
      case 'goOrganization':
        return page.go('organization');
      case 'goOffboarding':
        return page.go('offboarding');
      case 'offboard':
        return dialogs.open({ type: 'chooseLeaver' });
      case 'lookUpLeak':
        page.go('offboarding');
        return void page.offboarding.go('leak');
      case 'goNotices':
        return page.go('notices');
      case 'giveAccess':
        return page.giveAccess();
      case 'askAccess':
        return page.askAccess(page.view === 'vault' ? page.vault.place : null);
      case 'emergency':
        return page.drawEmergency(null);
      case 'goSettings':
        return page.go('settings');
      case 'copy':
        return void page.actions.copySelected();
      case 'reveal':
        if (page.view === 'vault') void page.actions.toggleReveal();
        return;
      case 'hide':
        return values.hide();
      case 'favourite':
        return void page.actions.toggleFavourite();
      default:
        return page.offline || !this.#obeyOnline(command) ? this.#move?.(command) : undefined;
    }
  }

  /** What needs the server; false when the command is another one. */
  #obeyOnline(command: Command): boolean {
    const { actions } = this.#page;
    if (command === 'edit') actions.edit();
    else if (command === 'newVersion') actions.newVersion();
    else if (command === 'rotation') actions.requestRotation();
    else if (command === 'delete') actions.delete();
    else return false;
    return true;
  }
}
