//! Identifiers: positions in the tables that own the things, as `u32`.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in its table.
            pub fn index(self) -> usize {
                self.0 as usize
            }

            /// The id of the position `index`. Tables hold fewer than 2³² rows: [`crate::RoadNetwork`] and io refuse more.
            pub fn at(index: usize) -> $name {
                debug_assert!(u32::try_from(index).is_ok());
                $name(index as u32)
            }
        }
    )*};
}

id! {
    /// A node of the [`crate::RoadNetwork`].
    NodeId
    /// An edge (a straight piece of road between two nodes) of the [`crate::RoadNetwork`].
    EdgeId
    /// A row of [`crate::Service::facilities`].
    FacilityId
    /// A row of [`crate::Demand`].
    DemandId
    /// A row of [`crate::Study::zones`].
    ZoneId
    /// A row of [`crate::Study::places`].
    PlaceId
}
