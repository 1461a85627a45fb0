import { renderGraphiQL } from '@graphql-yoga/render-graphiql';

const defaultQuery = `# Tiffin's playground. Ctrl+Enter runs the operation under the cursor.
{
  shops(first: 3) {
    edges {
      node {
        name
        rating {
          average
          reviewCount
        }
        goods(first: 2) {
          edges {
            node {
              name
              price {
                amountCents
                currency
              }
            }
          }
        }
      }
    }
  }
}
`;

/** GraphiQL as one page without outside links: it works offline. */
export function playgroundPage(): string {
  return renderGraphiQL({
    title: 'Tiffin playground',
    endpoint: '/graphql',
    defaultQuery,
    credentials: 'omit',
  });
}
