//! A QR code: drawn as one path with presentation attributes only, since the page allows no inline styles.

use leptos::prelude::*;

use super::reads::Qr;

/// Shows a QR code, dark on light whatever the theme.
#[component]
pub(super) fn QrCode(
    /// The code.
    code: Qr,
) -> impl IntoView {
    let size = code.size;
    view! {
        <div class="qr">
            <svg viewBox=format!("0 0 {size} {size}") width="176" height="176" role="img" aria-label="QR code with the secret">
                <rect width=size height=size fill="#fff"></rect>
                <path d=code.path fill="#000" shape-rendering="crispEdges"></path>
            </svg>
        </div>
    }
}

/// The quiet border that cameras need, in modules (ISO/IEC 18004 section 5.3.8).
#[cfg(feature = "ssr")]
const BORDER: usize = 4;

/// Draws a text; what is too long for a code can't be drawn.
#[cfg(feature = "ssr")]
pub(super) fn draw(text: &str) -> Result<Qr, services::Error> {
    use std::fmt::Write;

    let code = qrcode::QrCode::new(text.as_bytes()).map_err(services::Error::internal)?;
    let width = code.width();
    let modules = code.to_colors();
    let mut path = String::new();
    for (y, row) in modules.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|module| **module == qrcode::Color::Dark).count();
            if run > 0 {
                // Writing to a string can't fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + BORDER, y + BORDER);
            }
            x += run.max(1);
        }
    }
    Ok(Qr { size: width + 2 * BORDER, path })
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corner_marks_and_a_border() {
        let code = draw("otpauth://totp/Keyfob:ines@example.org?secret=JBSWY3DPEHPK3PXP&issuer=Keyfob").unwrap();
        let inner = code.size - 2 * BORDER;
        assert!(code.path.starts_with("M4 4h7v1h-7z"), "the first mark begins after the border");
        assert!(
            code.path.contains(&format!("M{} 4h7v1h-7z", BORDER + inner - 7)),
            "the second mark ends the first row"
        );
        assert!(!code.path.contains("M0 "), "nothing is dark in the border");
    }
}
