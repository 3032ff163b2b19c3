//! The account of the user as whom the services run: PostgreSQL refuses root, and neither service needs to be
//! root.

use super::LocalError;
use std::{
    os::unix::fs::{MetadataExt, chown},
    path::Path,
};

const NAME: &str = "postgres";

/// An ordinary user of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// The user as whom the services run; none when we are an ordinary user ourselves.
pub(super) fn ordinary() -> Result<Option<Account>, LocalError> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let path = Path::new("/etc/passwd");
    let users = std::fs::read_to_string(path).map_err(LocalError::io("read", path))?;
    find(&users, NAME).map(Some).ok_or(LocalError::NoAccount)
}

fn find(users: &str, name: &str) -> Option<Account> {
    users.lines().find_map(|line| {
        let fields: Vec<_> = line.split(':').collect();
        let [found, _, uid, gid, ..] = fields[..] else { return None };
        (found == name).then(|| {
            Some(Account { name: name.to_owned(), uid: uid.parse().ok()?, gid: gid.parse().ok()? })
        })?
    })
}

/// Makes a folder that a service owns, and checks that the service can get there.
pub(super) fn make_owned_folder(folder: &Path, account: Option<&Account>) -> Result<(), LocalError> {
    std::fs::create_dir_all(folder).map_err(LocalError::io("make", folder))?;
    let Some(account) = account else { return Ok(()) };
    for parent in folder.ancestors().skip(1) {
        let entry = parent.metadata().map_err(LocalError::io("read", parent))?;
        if !may_enter(account, entry.uid(), entry.gid(), entry.mode()) {
            return Err(LocalError::NotEnterable {
                folder: parent.to_owned(),
                account: account.name.clone(),
            });
        }
    }
    chown(folder, Some(account.uid), Some(account.gid)).map_err(LocalError::io("hand over", folder))
}

fn may_enter(account: &Account, owner: u32, group: u32, mode: u32) -> bool {
    let needed = if owner == account.uid {
        0o100
    } else if group == account.gid {
        0o010
    } else {
        0o001
    };
    mode & needed != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_read_from_the_list_of_users() {
        let users = "root:x:0:0:root:/root:/bin/bash\npostgres:x:101:104::/var/lib/postgresql:/bin/bash\n";
        let found = find(users, "postgres");
        assert_eq!(found, Some(Account { name: "postgres".to_owned(), uid: 101, gid: 104 }));
        assert_eq!(find(users, "post"), None);
    }

    #[test]
    fn a_private_folder_of_root_keeps_others_out() {
        let account = Account { name: "postgres".to_owned(), uid: 101, gid: 104 };
        assert!(!may_enter(&account, 0, 0, 0o700));
        assert!(may_enter(&account, 0, 0, 0o711));
        assert!(may_enter(&account, 0, 104, 0o710));
        assert!(!may_enter(&account, 101, 0, 0o077), "the owner's own bits count, not the others'");
    }
}
