//! Names of aliases: an animal, and a number where a thread has more people than there are animals.

use uuid::Uuid;

const ANIMALS: [(&str, &str); 64] = [
    ("수달", "Otter"),
    ("고양이", "Cat"),
    ("강아지", "Puppy"),
    ("토끼", "Rabbit"),
    ("여우", "Fox"),
    ("너구리", "Raccoon Dog"),
    ("다람쥐", "Squirrel"),
    ("고슴도치", "Hedgehog"),
    ("부엉이", "Owl"),
    ("올빼미", "Tawny Owl"),
    ("두루미", "Crane"),
    ("까치", "Magpie"),
    ("참새", "Sparrow"),
    ("제비", "Swallow"),
    ("오리", "Duck"),
    ("거위", "Goose"),
    ("펭귄", "Penguin"),
    ("갈매기", "Gull"),
    ("독수리", "Eagle"),
    ("매", "Falcon"),
    ("사슴", "Deer"),
    ("노루", "Roe Deer"),
    ("고라니", "Water Deer"),
    ("산양", "Goral"),
    ("양", "Sheep"),
    ("염소", "Goat"),
    ("망아지", "Foal"),
    ("당나귀", "Donkey"),
    ("코끼리", "Elephant"),
    ("기린", "Giraffe"),
    ("하마", "Hippo"),
    ("코뿔소", "Rhino"),
    ("호랑이", "Tiger"),
    ("표범", "Leopard"),
    ("삵", "Wildcat"),
    ("늑대", "Wolf"),
    ("곰", "Bear"),
    ("판다", "Panda"),
    ("코알라", "Koala"),
    ("캥거루", "Kangaroo"),
    ("나무늘보", "Sloth"),
    ("알파카", "Alpaca"),
    ("낙타", "Camel"),
    ("원숭이", "Monkey"),
    ("두더지", "Mole"),
    ("족제비", "Weasel"),
    ("담비", "Marten"),
    ("비버", "Beaver"),
    ("햄스터", "Hamster"),
    ("박쥐", "Bat"),
    ("거북", "Turtle"),
    ("도마뱀", "Lizard"),
    ("개구리", "Frog"),
    ("도롱뇽", "Salamander"),
    ("돌고래", "Dolphin"),
    ("고래", "Whale"),
    ("물개", "Seal"),
    ("문어", "Octopus"),
    ("오징어", "Squid"),
    ("해마", "Seahorse"),
    ("가오리", "Ray"),
    ("복어", "Pufferfish"),
    ("나비", "Butterfly"),
    ("반딧불이", "Firefly"),
];

/// The names by which an alias is shown, in two languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The name in Korean.
    pub ko: String,
    /// The name in English.
    pub en: String,
}

/// The number of names before numbers begin.
pub const NAMES: u16 = 64;

/// Returns an alias whose name is number `name`; all else of it is `random`.
#[must_use]
pub fn with_name(random: Uuid, name: u16) -> Uuid {
    let mut bytes = random.into_bytes();
    bytes[14..].copy_from_slice(&name.to_be_bytes());
    Uuid::from_bytes(bytes)
}

/// Returns an alias's names: they follow from the id alone, so that nothing need be stored of an alias.
#[must_use]
pub fn names(alias: Uuid) -> Names {
    let bytes = alias.as_bytes();
    let number = u16::from_be_bytes([bytes[14], bytes[15]]);
    let (ko, en) = ANIMALS[usize::from(number % NAMES)];
    match number / NAMES {
        0 => Names { ko: format!("익명의 {ko}"), en: format!("Anonymous {en}") },
        more => {
            Names { ko: format!("익명의 {ko} {}", more + 1), en: format!("Anonymous {en} {}", more + 1) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_number_is_a_name_of_its_own() {
        let random = Uuid::from_u128(u128::MAX);
        let all: Vec<Names> = (0..3 * NAMES).map(|name| names(with_name(random, name))).collect();
        assert_eq!(all[0], Names { ko: "익명의 수달".into(), en: "Anonymous Otter".into() });
        assert_eq!(all[usize::from(NAMES)].ko, "익명의 수달 2");
        let different = |of: fn(&Names) -> &String| all.iter().map(of).collect::<BTreeSet<_>>().len();
        assert_eq!((different(|names| &names.ko), different(|names| &names.en)), (all.len(), all.len()));
    }
}
