//! Compiles the shim and the bridge into the plugin.

fn main() {
    let mut build = cxx_build::bridge("rust/bridge.rs");
    build.files(["cpp/shim.cpp", "cpp/views.cpp"]).include("include").std("c++17");
    if build.get_compiler().is_like_msvc() {
        // Without /EHsc destructors do not run when an exception passes.
        build.flag("/EHsc").flag("/utf-8");
    } else {
        build.flag("-Wall").flag("-Wextra");
    }
    build.compile("audiofileoutplus-cpp");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        // What the library calls of itself is its own, and found without a detour, whatever other plugins export.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-Bsymbolic-functions");
    }

    for path in ["cpp", "include", "rust/bridge.rs"] {
        println!("cargo::rerun-if-changed={path}");
    }
}
