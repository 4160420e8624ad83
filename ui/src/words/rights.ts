const names: Record<string, string> = {
  'secret.view': 'see names',
  'secret.use': 'use',
  'secret.reveal': 'reveal and copy',
  'secret.write': 'write values',
  'secret.create': 'make secrets',
  'secret.edit': 'edit details',
  'secret.move': 'move',
  'secret.delete': 'delete',
  'secret.restore': 'restore',
  'rotation.request': 'ask for rotations',
  'rotation.fulfil': 'answer rotations',
  'grant.view': 'see who has access',
  'grant.assign': 'give access',
  'grant.revoke': 'take access away',
  'request.ask': 'ask for access',
  'request.answer': 'answer requests',
  'scope.view': 'see the place',
  'scope.create': 'make places',
  'scope.edit': 'edit places',
};

/** An action as people say it; one without words keeps its code. */
export function actionName(code: string): string {
  return names[code] ?? code;
}
