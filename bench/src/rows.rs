//! Many customers at once, written past the use cases: what is measured is how lists are read.

use sqlx::{Connection, SqliteConnection};

use crate::client::Trouble;

/// Adds customers to an embedded database that no server has open.
pub async fn fill(database: &str, rows: i64) -> Result<(), Trouble> {
    let mut connection = SqliteConnection::connect(&format!("sqlite://{database}")).await?;
    sqlx::query(
        "INSERT INTO customer (id, number, kind, name, sort_name, email, country, zone, currency, status,
                               created_at, created_by, updated_at, updated_by)
         WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < $1)
         SELECT randomblob(16), 'B-' || n, 'person', printf('Bench %08x', (n * 2654435761) % 4294967296),
                printf('bench %08x', (n * 2654435761) % 4294967296), 'bench' || n || '@example.org', 'DE',
                'Europe/Berlin', 'EUR', CASE n % 10 WHEN 0 THEN 'prospect' ELSE 'active' END,
                1750000000000 + n, 'Bench', 1750000000000 + n, 'Bench'
         FROM many",
    )
    .bind(rows)
    .execute(&mut connection)
    .await?;
    sqlx::query("ANALYZE").execute(&mut connection).await?;
    Ok(connection.close().await?)
}

/// Makes every limit of calls as wide as they go, in an embedded database that no server has open.
pub async fn widen(database: &str) -> Result<(), Trouble> {
    let mut connection = SqliteConnection::connect(&format!("sqlite://{database}")).await?;
    sqlx::query("UPDATE limit_policy SET windows = '[{\"quota\":100000,\"seconds\":1}]'")
        .execute(&mut connection)
        .await?;
    Ok(connection.close().await?)
}
