// The accounts that the demo data comes with. The server prints the same ones when it starts with `--demo`.

export const ACCOUNTS = {
  owner: { email: 'owner@demo.keyfob.example', password: 'correct-horse-demo-1' },
};
