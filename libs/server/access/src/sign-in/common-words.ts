/** Words that most guessed passwords are made of, in letters only. Together with digits, signs and repetition they make no password. */
export const commonWords: ReadonlySet<string> = new Set(
  `password passwort passwd pass pwd secret geheim login logon signin welcome willkommen letmein changeme change please default
  admin administrator root superuser user username guest master manager system server sysadmin operator support service
  test testing tester demo example sample temp temporary dummy hello hallo world access account company office internet
  computer laptop windows linux ubuntu debian cisco oracle google facebook microsoft apple android samsung amazon
  qwerty qwertz qwertyuiop qwertzuiop asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm yxcvbnm azerty qazwsx qwe asd zxc abc abcd abcdef
  iloveyou ilove loveyou love lovely sunshine princess dragon monkey shadow football baseball basketball soccer hockey
  superman batman spiderman starwars pokemon naruto michael jordan jessica ashley daniel thomas charlie andrew matthew
  summer winter spring autumn january february march april may june july august september october november december
  monday tuesday wednesday thursday friday saturday sunday london berlin paris newyork america germany freedom whatever
  trustno trustnoone nothing forever family mother father money lucky happy flower cookie chocolate cheese banana
  jesus christ heaven angel mustang ferrari porsche mercedes yamaha harley hunter ranger tigger killer ninja
  one two three four five six seven eight nine ten zero first last new old my the is and you me i a
  lockstep console operations fleet host connection certificate ssh tls`.split(/\s+/),
);

/** Passwords that are known to everyone although they are made of uncommon words. In lower case, letters only. */
export const knownPhrases: ReadonlySet<string> = new Set([
  'correcthorsebatterystaple',
  'thequickbrownfoxjumpsoverthelazydog',
  'thequickbrownfox',
  'todayisagoodday',
  'maytheforcebewithyou',
  'opensesame',
  'tobeornottobe',
  'loremipsumdolorsitamet',
  'loremipsum',
  'hunterhunter',
  'supercalifragilisticexpialidocious',
  'neveragainwillipicksuchapassword',
  'thisisapassword',
  'thisismypassword',
  'notmypassword',
  'youshallnotpass',
]);
