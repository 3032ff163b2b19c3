//! The model of Madang, without any of what makes the real one fast or safe.

use super::commands::Command;
use std::collections::BTreeSet;

pub const PEOPLE: usize = 4;
pub const HANDLES: usize = 6;
pub const TAGS: usize = 3;

pub struct Person {
    pub handle: usize,
    pub left: bool,
}

pub struct Post {
    pub author: usize,
    pub tags: BTreeSet<usize>,
    pub deleted: bool,
}

pub struct Comment {
    pub author: usize,
    pub post: usize,
    pub parent: Option<usize>,
    pub root: Option<usize>,
    pub text: usize,
    pub deleted: bool,
    /// The people who like the comment, the latest last.
    pub likes: Vec<usize>,
}

pub struct State {
    pub people: Vec<Person>,
    /// Pairs of follower and followee, the latest last.
    pub follows: Vec<(usize, usize)>,
    pub posts: Vec<Post>,
    /// Pairs of a person and the post that the person likes, the latest last.
    pub likes: Vec<(usize, usize)>,
    pub comments: Vec<Comment>,
}

impl Default for State {
    fn default() -> Self {
        let people = (0..PEOPLE).map(|handle| Person { handle, left: false }).collect();
        Self { people, follows: vec![], posts: vec![], likes: vec![], comments: vec![] }
    }
}

/// A status and a problem's code.
pub type Answer = (u16, &'static str);

const DONE: Answer = (204, "");
const CHANGED: Answer = (200, "");
const CREATED: Answer = (201, "");
const NO_PERSON: Answer = (404, "user_not_found");
const NO_POST: Answer = (404, "post_not_found");
const NO_COMMENT: Answer = (404, "comment_not_found");
const NO_PARENT: Answer = (422, "parent_comment_not_found");
const NOT_THE_AUTHOR: Answer = (403, "not_the_author");

fn pick(made: usize, number: usize) -> Option<usize> {
    (made > 0).then(|| number % made)
}

fn add<T: PartialEq>(list: &mut Vec<T>, one: T) {
    if !list.contains(&one) {
        list.push(one);
    }
}

impl State {
    pub fn apply(&mut self, command: &Command) -> Answer {
        use Command::*;
        if self.people[who(command)].left {
            return if matches!(command, Leave { .. }) { DONE } else { NO_PERSON };
        }
        match *command {
            Rename { who, handle } => {
                if self.people.iter().enumerate().any(|(n, person)| n != who && person.handle == handle) {
                    return (409, "handle_taken");
                }
                self.people[who].handle = handle;
                CHANGED
            }
            Leave { who } => {
                self.people[who].left = true;
                DONE
            }
            Follow { who, whom } if who == whom => (422, "follows_self"),
            Follow { whom, .. } if self.people[whom].left => NO_PERSON,
            Follow { who, whom } => {
                add(&mut self.follows, (who, whom));
                DONE
            }
            Unfollow { who, whom } => {
                self.follows.retain(|follow| *follow != (who, whom));
                DONE
            }
            RemoveFollower { who, whom } => {
                self.follows.retain(|follow| *follow != (whom, who));
                DONE
            }
            Publish { who, ref tags } => {
                self.posts.push(Post { author: who, tags: tags.clone(), deleted: false });
                CREATED
            }
            EditPost { who, post, ref tags } => match pick(self.posts.len(), post) {
                Some(post) if !self.posts[post].deleted => {
                    let post = &mut self.posts[post];
                    if post.author != who {
                        return NOT_THE_AUTHOR;
                    }
                    post.tags = tags.clone();
                    CHANGED
                }
                _ => NO_POST,
            },
            DeletePost { who, post } => match pick(self.posts.len(), post) {
                Some(post) if self.posts[post].author == who => {
                    self.posts[post].deleted = true;
                    DONE
                }
                Some(post) if !self.posts[post].deleted => NOT_THE_AUTHOR,
                _ => NO_POST,
            },
            LikePost { who, post } => match pick(self.posts.len(), post) {
                Some(post) if self.post_stands(post) => {
                    add(&mut self.likes, (who, post));
                    DONE
                }
                _ => NO_POST,
            },
            UnlikePost { who, post } => match pick(self.posts.len(), post) {
                Some(post) => {
                    self.likes.retain(|like| *like != (who, post));
                    DONE
                }
                None => NO_POST,
            },
            Comment { who, post } => self.comment(who, pick(self.posts.len(), post), None),
            Reply { who, post, parent } => {
                let parent = Some(pick(self.comments.len(), parent));
                self.comment(who, pick(self.posts.len(), post), parent)
            }
            ReplyThere { who, parent } => {
                let post = self.post_of(parent).or_else(|| pick(self.posts.len(), 0));
                self.comment(who, post, Some(pick(self.comments.len(), parent)))
            }
            EditComment { who, comment, text } => match pick(self.comments.len(), comment) {
                Some(comment) if !self.comments[comment].deleted => {
                    let comment = &mut self.comments[comment];
                    if comment.author != who {
                        return NOT_THE_AUTHOR;
                    }
                    comment.text = text;
                    CHANGED
                }
                _ => NO_COMMENT,
            },
            DeleteComment { who, comment } => match pick(self.comments.len(), comment) {
                Some(comment) if self.comments[comment].author == who => {
                    self.comments[comment].deleted = true;
                    DONE
                }
                Some(comment) if !self.comments[comment].deleted => NOT_THE_AUTHOR,
                _ => NO_COMMENT,
            },
            LikeComment { who, comment } => match pick(self.comments.len(), comment) {
                Some(comment) if self.comment_stands(comment) => {
                    add(&mut self.comments[comment].likes, who);
                    DONE
                }
                _ => NO_COMMENT,
            },
            UnlikeComment { who, comment } => match pick(self.comments.len(), comment) {
                Some(comment) => {
                    self.comments[comment].likes.retain(|liker| *liker != who);
                    DONE
                }
                None => NO_COMMENT,
            },
        }
    }

    fn comment(&mut self, author: usize, post: Option<usize>, parent: Option<Option<usize>>) -> Answer {
        let Some(post) = post.filter(|&post| self.post_stands(post)) else { return NO_POST };
        let (mut root, mut above) = (None, None);
        if let Some(parent) = parent {
            let Some(parent) = parent.filter(|&parent| self.comment_stands(parent)) else { return NO_PARENT };
            if self.comments[parent].post != post {
                return (422, "parent_under_another_post");
            }
            above = Some(parent);
            root = self.comments[parent].root.or(above);
        }
        let comment = Comment { author, post, parent: above, root, text: 0, deleted: false, likes: vec![] };
        self.comments.push(comment);
        CREATED
    }

    /// The post under which the comment of this number stands.
    pub fn post_of(&self, comment: usize) -> Option<usize> {
        pick(self.comments.len(), comment).map(|comment| self.comments[comment].post)
    }

    pub fn post_stands(&self, post: usize) -> bool {
        let post = &self.posts[post];
        !post.deleted && !self.people[post.author].left
    }

    /// True if the comment stands whole, not as a stub.
    pub fn comment_stands(&self, comment: usize) -> bool {
        let comment = &self.comments[comment];
        !comment.deleted && !self.people[comment.author].left && self.post_stands(comment.post)
    }

    /// Replies that are not deleted: the thread's, or those to a reply.
    pub fn replies(&self, to: usize) -> impl Iterator<Item = usize> {
        let is_root = self.comments[to].root.is_none();
        let stands =
            move |reply: &Comment| if is_root { reply.root == Some(to) } else { reply.parent == Some(to) };
        (0..self.comments.len()).filter(move |&reply| stands(&self.comments[reply]))
    }

    pub fn comment_count(&self, post: usize) -> usize {
        self.comments.iter().filter(|comment| comment.post == post && !comment.deleted).count()
    }

    pub fn reply_count(&self, to: usize) -> usize {
        self.replies(to).filter(|&reply| !self.comments[reply].deleted).count()
    }

    /// True if the comment shows, whole or as a stub.
    pub fn comment_shows(&self, comment: usize) -> bool {
        let post_stands = self.post_stands(self.comments[comment].post);
        post_stands && (self.comment_stands(comment) || self.reply_count(comment) > 0)
    }

    /// The people who like a post, the latest first.
    pub fn likers(&self, post: usize) -> impl Iterator<Item = usize> {
        self.likes.iter().rev().filter(move |like| like.1 == post).map(|like| like.0)
    }

    pub fn follows(&self, who: usize, whom: usize) -> bool {
        self.follows.contains(&(who, whom))
    }
}

fn who(command: &Command) -> usize {
    use Command::*;
    match *command {
        Rename { who, .. }
        | Leave { who }
        | Follow { who, .. }
        | Unfollow { who, .. }
        | RemoveFollower { who, .. }
        | Publish { who, .. }
        | EditPost { who, .. }
        | DeletePost { who, .. }
        | LikePost { who, .. }
        | UnlikePost { who, .. }
        | Comment { who, .. }
        | Reply { who, .. }
        | ReplyThere { who, .. }
        | EditComment { who, .. }
        | DeleteComment { who, .. }
        | LikeComment { who, .. }
        | UnlikeComment { who, .. } => who,
    }
}
