import { NodeProgram, type ProgramInfo } from "sigma/rendering";
import type { NodeDisplayData, RenderParams } from "sigma/types";
import { floatColor } from "sigma/utils";
import type { Shape } from "~/lib/shapes";
import type { EdgeAttributes, NodeAttributes } from "./build";

export const shapeNumbers: Record<Shape, number> = { circle: 0, square: 1, diamond: 2, triangle: 3, hexagon: 4 };

const vertex = /* glsl */ `
attribute vec4 a_id;
attribute vec4 a_color;
attribute vec2 a_position;
attribute float a_size;
attribute float a_shape;
uniform mat3 u_matrix;
uniform float u_sizeRatio;
uniform float u_pixelRatio;
varying vec4 v_color;
varying float v_soft;
varying float v_shape;
void main() {
  gl_Position = vec4((u_matrix * vec3(a_position, 1.0)).xy, 0.0, 1.0);
  float diameter = a_size / u_sizeRatio * u_pixelRatio * 2.0;
  gl_PointSize = diameter + 2.0;
  v_soft = 2.0 / max(diameter, 1.0);
  v_shape = a_shape;
  #ifdef PICKING_MODE
  v_color = a_id;
  #else
  v_color = a_color;
  #endif
  v_color.a *= 255.0 / 254.0;
}`;

// Each shape is a signed distance: below zero inside, in units of the radius.
const fragment = /* glsl */ `
precision mediump float;
varying vec4 v_color;
varying float v_soft;
varying float v_shape;
float outside(vec2 p, float shape) {
  vec2 a = abs(p);
  if (shape < 0.5) return length(p) - 0.92;
  if (shape < 1.5) return max(a.x, a.y) - 0.8;
  if (shape < 2.5) return a.x + a.y - 1.0;
  if (shape < 3.5) return max(-p.x - 0.72, 0.5 * p.x + 0.866 * a.y - 0.48);
  return max(a.y - 0.84, 0.866 * a.x + 0.5 * a.y - 0.84);
}
void main(void) {
  vec2 p = (gl_PointCoord - 0.5) * 2.0 * (1.0 + v_soft);
  float d = outside(p, v_shape);
  #ifdef PICKING_MODE
  if (d > v_soft) discard;
  gl_FragColor = v_color;
  #else
  float cover = 1.0 - smoothstep(-v_soft, v_soft, d);
  gl_FragColor = mix(vec4(0.0), v_color, cover);
  #endif
}`;

const uniforms = ["u_sizeRatio", "u_pixelRatio", "u_matrix"] as const;

/** Draws nodes as points of five shapes, in one call for all of them. */
export class ShapeProgram extends NodeProgram<(typeof uniforms)[number], NodeAttributes, EdgeAttributes> {
  override getDefinition() {
    const { FLOAT, UNSIGNED_BYTE, POINTS } = WebGLRenderingContext;
    return {
      VERTICES: 1,
      VERTEX_SHADER_SOURCE: vertex,
      FRAGMENT_SHADER_SOURCE: fragment,
      METHOD: POINTS,
      UNIFORMS: uniforms,
      ATTRIBUTES: [
        { name: "a_position", size: 2, type: FLOAT },
        { name: "a_size", size: 1, type: FLOAT },
        { name: "a_color", size: 4, type: UNSIGNED_BYTE, normalized: true },
        { name: "a_id", size: 4, type: UNSIGNED_BYTE, normalized: true },
        { name: "a_shape", size: 1, type: FLOAT },
      ],
    };
  }

  override processVisibleItem(nodeIndex: number, startIndex: number, data: NodeDisplayData & { shape?: number }): void {
    const { array } = this;
    array[startIndex] = data.x;
    array[startIndex + 1] = data.y;
    array[startIndex + 2] = data.size;
    array[startIndex + 3] = floatColor(data.color);
    array[startIndex + 4] = nodeIndex;
    array[startIndex + 5] = data.shape ?? 0;
  }

  override setUniforms({ sizeRatio, pixelRatio, matrix }: RenderParams, { gl, uniformLocations }: ProgramInfo): void {
    gl.uniform1f(uniformLocations.u_pixelRatio ?? null, pixelRatio);
    gl.uniform1f(uniformLocations.u_sizeRatio ?? null, sizeRatio);
    gl.uniformMatrix3fv(uniformLocations.u_matrix ?? null, false, matrix);
  }
}
