//! Several measurements of one thing.

/// Numbers in ascending order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures(Vec<f64>);

impl FromIterator<f64> for Figures {
    fn from_iter<I: IntoIterator<Item = f64>>(figures: I) -> Self {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        Figures(figures)
    }
}

impl Figures {
    /// The one in the middle; of an even number of them what is between the two. Nothing has none.
    pub fn median(&self) -> Option<f64> {
        let (high, low) = (self.0.len() / 2, self.0.len().checked_sub(1)? / 2);
        Some((self.0[low] + self.0[high]) / 2.0)
    }

    /// The least and the greatest.
    pub fn range(&self) -> Option<(f64, f64)> {
        Some((*self.0.first()?, *self.0.last()?))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}
