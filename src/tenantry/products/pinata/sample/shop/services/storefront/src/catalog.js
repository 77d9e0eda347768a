const CATALOG = process.env.CATALOG_URL ?? 'http://catalog:8000';

export async function listProducts(category) {
  const answer = await fetch(`${CATALOG}/api/products?category=${category}`);
  return answer.json();
}

export async function showProduct(sku) {
  const answer = await fetch(`${CATALOG}/api/products/${sku}`);
  return answer.ok ? answer.json() : null;
}
