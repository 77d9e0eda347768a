const ORDERS = process.env.ORDERS_URL ?? 'http://orders:4000';

export async function placeOrder(email, lines) {
  const answer = await fetch(`${ORDERS}/api/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, lines }),
  });
  return answer.json();
}
