//! Compiles the shim and the bridge into the plugin.

use std::path::PathBuf;

fn main() {
    let mut build = cxx_build::bridge("rust/bridge.rs");
    build.files(["cpp/shim.cpp", "cpp/views.cpp"]).include("include").std("c++17");
    // Only where the compiler is one of those that .ci/run tries: another one may know other warnings.
    build.warnings_into_errors(std::env::var_os("AFOP_DENY_WARNINGS").is_some());
    if build.get_compiler().is_like_msvc() {
        // Without /EHsc destructors do not run when an exception passes.
        build.flag("/EHsc").flag("/utf-8");
    } else {
        build.flag("-Wall").flag("-Wextra");
    }
    build.compile("audiofileoutplus-cpp");
    vorbis_floor();
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        // What the library calls of itself is its own, and found without a detour, whatever other plugins export.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-Bsymbolic-functions");
    }

    println!("cargo::rerun-if-env-changed=AFOP_DENY_WARNINGS");
    for path in ["cpp", "include", "rust/bridge.rs"] {
        println!("cargo::rerun-if-changed={path}");
    }
}

/// Compiles what changes the encoder of libvorbis, against the headers of the very sources that are linked: a field that
/// is not there any more breaks the build.
fn vorbis_floor() {
    // What the two crates tell those who depend on them, by their `links` keys.
    let folder = |variable: &str| PathBuf::from(std::env::var_os(variable).expect(variable));
    let vorbis = folder("DEP_VORBIS_INCLUDE");
    let private = vorbis.with_file_name("lib");
    let mut build = cc::Build::new();
    // As the crate compiles libvorbis (its build.rs), on which types and sizes in these headers depend.
    build.file("cpp/vorbis_floor.c").define("HAVE_STDINT_H", None);
    for include in [folder("DEP_OGG_INCLUDE"), private, vorbis] {
        if build.get_compiler().is_like_msvc() {
            build.include(include);
        } else {
            // Warnings are for our own code.
            build.flag("-isystem").flag(include);
        }
    }
    build.compile("audiofileoutplus-vorbis");
}
