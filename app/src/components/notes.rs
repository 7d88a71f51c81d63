//! Notes on a record.

use leptos::prelude::*;

use crate::{
    components::{PostButton, PostForm, TextField, TimeText},
    views::NoteView,
};

/// Shows a record's notes, and a field for another.
#[component]
pub fn Notes(
    /// Newest first.
    notes: Vec<NoteView>,
    /// The record: its type and id, as the server functions take them.
    subject: &'static str,
    /// Its id.
    id: String,
    /// Whether the reader may write.
    may_write: bool,
) -> impl IntoView {
    let is_empty = notes.is_empty();
    let items: Vec<_> = notes
        .into_iter()
        .map(|note| {
            let fields = vec![("subject", subject.to_owned()), ("id", id.clone()), ("note", note.id)];
            view! {
                <li class="note">
                    <p class="note-by"><b>{note.author}</b> " " <TimeText when=note.when/></p>
                    <p class="note-text">{note.body}</p>
                    {may_write
                        .then(|| view! {
                            <div class="note-acts">
                                <PostButton function="notes/remove" label="Remove" class="btn small quiet" fields/>
                            </div>
                        })}
                </li>
            }
        })
        .collect();
    view! {
        <section class="panel" aria-labelledby="notes">
            <header class="panel-head"><h2 id="notes">"Notes"</h2></header>
            <div class="panel-body">
                {is_empty.then(|| view! { <p class="muted">"No notes yet."</p> })}
                <ol class="notes">{items}</ol>
                {may_write
                    .then(|| view! {
                        <PostForm function="notes/add">
                            <input type="hidden" name="subject" value=subject/>
                            <input type="hidden" name="id" value=id/>
                            <TextField name="body" label="New note" rows=2/>
                            <div class="form-acts"><button class="btn" type="submit">"Add note"</button></div>
                        </PostForm>
                    })}
            </div>
        </section>
    }
}
