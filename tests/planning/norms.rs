//! Norms and indicators: Shanghai's figures, and the edges of the rules.

use catchment::*;

const MINHANG: f64 = 2_653_489.0;

fn rounded(value: f64, decimals: u8) -> f64 {
    Rounding::HalfUp.apply(value, decimals)
}

/// 「每 100 万人口配置 1 家三级综合医院」, 「每 30—50 万人口配置 1 家区域性医疗中心」, for 闵行's 2,653,489 people.
#[test]
fn minhang_needs_of_the_municipal_norms() {
    let tertiary = Need::one_per(MINHANG, 1e6, 1e6);
    assert_eq!((rounded(tertiary.low, 2), tertiary.high.map(|high| rounded(high, 2))), (2.65, Some(2.65)));
    let up = judge(2.0, tertiary, WholeNumbers::Up).unwrap();
    assert_eq!((up.low, up.high, up.gap, up.status), (3.0, Some(3.0), 1.0, NormStatus::Short));
    let down = judge(2.0, tertiary, WholeNumbers::Down).unwrap();
    assert_eq!((down.low, down.high, down.status), (2.0, Some(2.0), NormStatus::Met));
    assert_eq!(judge(4.0, tertiary, WholeNumbers::Up).unwrap().status, NormStatus::Over);
    // the plan names four regional centres: below the band
    let regional = Need::one_per(MINHANG, 3e5, 5e5);
    assert_eq!((rounded(regional.low, 1), regional.high.map(|high| rounded(high, 1))), (5.3, Some(8.8)));
    let four = judge(4.0, regional, WholeNumbers::Up).unwrap();
    assert_eq!((four.low, four.high, four.gap, four.status), (6.0, Some(8.0), 2.0, NormStatus::Short));
    for (have, status) in [(5.0, NormStatus::Short), (6.0, NormStatus::Met), (8.0, NormStatus::Met), (9.0, NormStatus::Over)] {
        assert_eq!(judge(have, regional, WholeNumbers::Up).unwrap().status, status, "{have}");
    }
}

/// 「每 3—5 个居委会或 1—2 万人口配置 1 所社区卫生服务站」: 24 committees need 4.8 to 8, 30,000 people 1.5 to 3.
#[test]
fn either_or_both() {
    let needs = [Need::one_per(24.0, 3.0, 5.0), Need::one_per(30_000.0, 1e4, 2e4)];
    let either = Need::combined(&needs, Combine::Either).unwrap();
    assert_eq!((either.low, either.high), (1.5, Some(8.0)));
    let both = Need::combined(&needs, Combine::Both).unwrap();
    assert_eq!((both.low, both.high), (4.8, Some(4.8)));
    assert_eq!(judge(2.0, either, WholeNumbers::Up).unwrap().status, NormStatus::Met);
    assert_eq!(judge(2.0, both, WholeNumbers::Up).unwrap().gap, 3.0);
    assert_eq!(Need::combined(&[], Combine::Either), None);
    // one without an upper bound has none beside others either
    let open = Need::combined(&[Need { low: 1.0, high: None }, needs[0]], Combine::Either).unwrap();
    assert_eq!((open.low, open.high), (1.0, None));
}

#[test]
fn whole_numbers() {
    let need = |low| Need { low, high: None };
    let lows = |low| {
        [WholeNumbers::Up, WholeNumbers::Nearest, WholeNumbers::Down, WholeNumbers::Exact]
            .map(|how| judge(0.0, need(low), how).unwrap().low)
    };
    assert_eq!(lows(2.4), [3.0, 2.0, 2.0, 2.4]);
    assert_eq!(lows(2.5), [3.0, 3.0, 2.0, 2.5]);
    // 0.1 + 0.2 is a little more than 0.3 in binary: ten times that are three
    assert_eq!(lows((0.1 + 0.2) * 10.0), [3.0, 3.0, 3.0, (0.1 + 0.2) * 10.0]);
    assert_eq!(judge(99.5, need(99.6), WholeNumbers::Exact).unwrap().status, NormStatus::Short);
}

/// 44 hospitals for 26.535 hundred thousand are 1.658: published as 1.65, by truncation.
#[test]
fn rounding_rules() {
    let ratio = Ratio { numerator: 44.0, denominator: 2_653_500.0, unit: 1e5 };
    let value = ratio.value().unwrap();
    assert_eq!((Rounding::Truncate.apply(value, 2), Rounding::HalfUp.apply(value, 2)), (1.65, 1.66));
    assert_eq!(Rounding::HalfUp.apply(1.005, 2), 1.01);
    assert_eq!(Rounding::HalfUp.apply(-1.005, 2), -1.01);
    assert_eq!(Rounding::Truncate.apply(0.29, 2), 0.29);
    assert_eq!(Ratio { denominator: 0.0, ..ratio }.value(), Err(Undefined::NoBase));
    assert_eq!(ratio.implied_denominator(0.0), Err(Undefined::NoResource));
}

#[test]
fn targets() {
    let target = |operator, value, tolerance| Target { operator, value, tolerance };
    let at_least = target(Operator::AtLeast, 6.73, 0.0);
    assert!(at_least.met(6.73) && !at_least.met(6.72));
    assert_eq!(at_least.progress(6.02, 6.73), Some(1.0));
    assert!((at_least.progress(6.0, 6.365).unwrap() - 0.5).abs() < 1e-12);
    assert_eq!(at_least.progress(6.0, 5.0), Some(0.0));
    let minutes = target(Operator::AtMost, 12.0, 0.0);
    assert!(minutes.met(12.0) && !minutes.met(12.01));
    // 「7.5 左右」
    let about = target(Operator::About, 7.5, 0.2);
    assert!(about.met(7.3) && about.met(7.7) && !about.met(7.71));
    assert_eq!(about.progress(6.5, 7.0), Some(0.5));
    // already met, and fallen back: no way to be on
    assert_eq!(at_least.progress(7.0, 6.0), None);
}
