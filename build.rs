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

    for path in ["cpp", "include", "rust/bridge.rs"] {
        println!("cargo::rerun-if-changed={path}");
    }
}
